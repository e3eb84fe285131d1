import { isTenonError } from '@tenon/base';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api/client.js';
import { getLocalModel, pullLocalModel, type LocalModel } from '../api/models.js';
import { cliErrors } from '../errors.js';
import { describeReceived } from '../render/quantity.js';
import type { Terminal } from '../terminal.js';

const POLL_MS = 500;
/** The process of local models is started again within this time when it has died. */
const UNREACHABLE_MS = 30_000;

/**
 * Waits until the local model can answer, where it is what answers: begins fetching it when nobody has, and shows how far
 * it is. Returns at once where another model is configured.
 * @throws cli.modelNotReady
 */
export async function waitForLocalModel(client: ApiClient, terminal: Terminal): Promise<void> {
  const found = await getLocalModel(client);
  if (!found.isInUse || found.state === 'ready') return;
  const begun = await begin(client, found);
  if (begun.state === 'ready') return;
  terminal.note(
    'No model provider is configured: a small local model answers, one to try things out. Set OPENAI_API_KEY or OPENAI_BASE_URL for another.',
  );
  await followPull(client, terminal, begun);
}

/** Shows how a pull goes on until the model is there. @throws cli.modelNotReady */
export async function followPull(client: ApiClient, terminal: Terminal, begun: LocalModel): Promise<LocalModel> {
  const what = `Fetching the local model${begun.model ? ` ${begun.model}` : ''}`;
  return terminal.step(what, async (show) => {
    let reachedMs = Date.now();
    for (let pull = begun; ; pull = await look(client, pull)) {
      if (pull.state === 'absent') pull = await begin(client, pull);
      if (pull.state === 'ready') return pull;
      if (pull.state === 'failed') throw notReady(pull.error ?? 'it gave no reason.');
      if (pull.state === 'off') throw notReady('local models are switched off by TENON_LOCAL_MODEL.');
      if (pull.state !== 'unreachable') reachedMs = Date.now();
      else if (Date.now() - reachedMs > UNREACHABLE_MS) throw notReady(pull.error ?? 'its process does not answer.');
      show(sayState(pull));
      await delay(POLL_MS, undefined, { signal: client.signal }).catch(() => undefined);
      client.signal.throwIfAborted();
    }
  });
}

/** How far a model is: `120 of 491 MB (24 %)`, `verifying`. */
export function sayState({ state, receivedBytes, totalBytes }: LocalModel): string {
  return state === 'downloading' ? describeReceived(receivedBytes, totalBytes) : state;
}

/** Begins what is not under way; a download that failed before is tried again. */
async function begin(client: ApiClient, found: LocalModel): Promise<LocalModel> {
  return found.state === 'absent' || found.state === 'failed' ? pullLocalModel(client) : found;
}

/** The state now; an API that is away for a moment leaves it unknown. */
async function look(client: ApiClient, last: LocalModel): Promise<LocalModel> {
  try {
    return await getLocalModel(client);
  } catch (error) {
    if (!isTenonError(error) || error.code !== 'cli.unreachable' || client.signal.aborted) throw error;
    return { ...last, state: 'unreachable', error: error.message };
  }
}

function notReady(reason: string): Error {
  return cliErrors.modelNotReady(
    `The local model is not there: ${reason} Set OPENAI_API_KEY or OPENAI_BASE_URL and start Tenon again to use another.`,
  );
}
