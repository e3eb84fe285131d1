import { inject, Injectable } from '@angular/core';
import { Mutations } from '../api/mutations.js';
import { pauseAfter } from '../api/pause-after.js';
import { problemOf } from '../api/problem.js';
import { Reach } from '../api/reach.js';
import type { StartRunInput } from '../api/schema.generated.js';
import { recall, remember } from '../api/tab-memory.js';
import { StartRunDocument } from './app.generated.js';

/** The run that is asked for, without the key that names the asking. */
export type StartRequest = Omit<StartRunInput, 'idempotencyKey'>;

/** A request that had no answer yet. */
interface Unanswered {
  readonly key: string;
  readonly request: StartRequest;
}

const KEPT_AS = 'tenon.start';

/** Starts runs: each once, however often a connection is lost, or the page loaded anew, before there is an answer. */
@Injectable({ providedIn: 'root' })
export class RunStarts {
  private readonly mutations = inject(Mutations);
  private readonly reach = inject(Reach);

  /**
   * Asks for a run, and asks again whenever the API is back. The same request is the same run until its answer was seen.
   * @param leaving  nobody waits for the answer any more
   * @throws Problem when it was refused, the reason of `leaving`
   */
  async start(request: StartRequest, leaving: AbortSignal): Promise<string> {
    const left = new Promise<never>((_, reject) => {
      leaving.addEventListener('abort', () => reject(leaving.reason as Error), { once: true });
    });
    return Promise.race([this.insist(request, leaving), left]);
  }

  private async insist(request: StartRequest, leaving: AbortSignal): Promise<string> {
    const idempotencyKey = this.keyOf(request);
    for (let failed = 0; ; failed += 1) {
      try {
        const { run } = await this.mutations.perform(StartRunDocument, { input: { ...request, idempotencyKey } });
        if (!leaving.aborted) remember(KEPT_AS, undefined);
        return run?.id ?? '';
      } catch (error) {
        if (problemOf(error).code !== 'api.away') throw error;
      }
      await pauseAfter(failed);
      await this.reach.whenBack();
      leaving.throwIfAborted();
    }
  }

  private keyOf(request: StartRequest): string {
    const unanswered = recall<Unanswered>(KEPT_AS);
    if (unanswered && JSON.stringify(unanswered.request) === JSON.stringify(request)) return unanswered.key;
    const key = randomKey();
    remember(KEPT_AS, { key, request } satisfies Unanswered);
    return key;
  }
}

/** 128 random bits. `randomUUID` is there on secure pages only, and Tenon may be read over plain HTTP in a network. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
