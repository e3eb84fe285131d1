import { isTenonError } from '@tenon/base';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './client.js';

const WAIT_MS = 500;
/** An API that is started again serves within this time. */
const PATIENCE_MS = 30_000;

/**
 * Asks until an API that is away for a moment answers. `ask` must be something that may be done twice.
 * @throws what `ask` throws; cli.unreachable when the API does not come back
 */
export async function askAgain<T>({ signal }: ApiClient, ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isTenonError(error) || error.code !== 'cli.unreachable' || Date.now() > deadline) throw error;
      await delay(WAIT_MS, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }
}
