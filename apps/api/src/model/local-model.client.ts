import { defineErrors } from '@tenon/base';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type ApiConfig } from '../parts.js';
import type { LocalModel } from './model.types.js';

const ANSWER_MS = 3_000;

/** Failures of asking the process that serves local models. */
export const localModelErrors = defineErrors('localModel', {
  off: 'invalid',
  unreachable: 'unavailable',
  refused: 'invalid',
});

type Status = Omit<LocalModel, 'isInUse'>;

/** The process on this computer that serves small models: how it is, and fetching its files. */
@Injectable()
export class LocalModelClient {
  constructor(@Inject(CONFIG) private readonly config: ApiConfig) {}

  /** How the local model is; a process that does not answer is a state too. */
  async status(): Promise<Status> {
    if (!this.isOn) return stateOnly('off');
    try {
      return toStatus(await this.ask('GET'));
    } catch {
      return { ...stateOnly('unreachable'), error: 'The process for local models does not answer.' };
    }
  }

  /** Begins fetching a model, or joins the fetching under way. @throws localModel.off, localModel.refused */
  async pull(model?: string): Promise<Status> {
    if (!this.isOn) throw localModelErrors.off('Local models are switched off by TENON_LOCAL_MODEL.');
    return toStatus(await this.ask('POST', model ? { model } : {}));
  }

  private get isOn(): boolean {
    return this.config.localModels.mode !== 'off' && this.config.localModels.url !== undefined;
  }

  private async ask(method: 'GET' | 'POST', body?: object): Promise<Record<string, unknown>> {
    const { url, token } = this.config.localModels;
    const response = await fetch(`${url}/pull`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch((cause: unknown) => {
      throw localModelErrors.unreachable('The process for local models does not answer.', { cause });
    });
    const answer = (await response.json()) as Record<string, unknown> & { error?: { message?: string } | string };
    if (response.ok) return answer;
    const message = typeof answer.error === 'object' ? answer.error.message : answer.error;
    throw localModelErrors.refused(message ?? `The process for local models answered ${response.status}.`);
  }
}

function stateOnly(state: string): Status {
  return { state, model: null, receivedBytes: 0, totalBytes: 0, startedAt: null, error: null };
}

function toStatus(answer: Record<string, unknown>): Status {
  return { ...stateOnly(String(answer['state'])), ...(answer as Partial<Status>) };
}
