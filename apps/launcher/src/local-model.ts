import type { Endpoint } from './processes.js';
import { amount, elapsed, type Terminal } from './terminal.js';
import { setTimeout as delay } from 'node:timers/promises';

/** What the process of the local models answers about its download. */
interface Pull {
  readonly state: 'absent' | 'downloading' | 'verifying' | 'loading' | 'ready' | 'failed';
  readonly model: string | null;
  readonly receivedBytes: number;
  readonly totalBytes: number;
  readonly error?: string;
}

const POLL_MS = 1000;
const LINE_EVERY_MS = 15_000;

/**
 * Fetches a local model in the background and says how far it is, one line at a time: it may take many minutes, and the
 * product is usable meanwhile. Ends when the model is there, the download has failed, or `signal` says so.
 */
export async function pullLocalModel(endpoint: Endpoint, terminal: Terminal, signal: AbortSignal): Promise<void> {
  try {
    const pull = await ask(endpoint, 'GET', signal);
    if (pull.state === 'ready') return;
    await follow(endpoint, terminal, await ask(endpoint, 'POST', signal), signal);
  } catch (error) {
    if (!signal.aborted) terminal.print(`The local model is not available: ${(error as Error).message}`, 'warn');
  }
}

async function follow(endpoint: Endpoint, terminal: Terminal, first: Pull, signal: AbortSignal): Promise<void> {
  const startedMs = Date.now();
  let lineMs = 0;
  for (let pull = first; ; pull = await ask(endpoint, 'GET', signal)) {
    if (pull.state === 'failed') {
      return terminal.print(`The local model was not fetched: ${pull.error ?? 'no reason given'}`, 'warn');
    }
    if (pull.state === 'ready')
      return terminal.print(`The local model ${pull.model} is ready (${elapsed(startedMs)}).`);
    if (lineMs === 0) {
      terminal.print(
        `No model provider is configured: fetching the small local model ${pull.model} in the background. TENON_LOCAL_MODEL=off or OPENAI_API_KEY=… switches it off.`,
      );
    }
    if (Date.now() - lineMs >= LINE_EVERY_MS) {
      lineMs = Date.now();
      const far = pull.state === 'downloading' ? amount(pull.receivedBytes, pull.totalBytes) : pull.state;
      terminal.print(`Local model: ${far} (${elapsed(startedMs)})`);
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

async function ask({ port, token }: Endpoint, method: 'GET' | 'POST', signal: AbortSignal): Promise<Pull> {
  const response = await fetch(`http://127.0.0.1:${port}/pull`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(method === 'POST' && { body: '{}' }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  });
  const body: unknown = await response.json();
  if (response.ok) return body as Pull;
  const { error } = body as { error?: { message?: string } };
  throw new Error(error?.message ?? `its process answered ${response.status}`);
}
