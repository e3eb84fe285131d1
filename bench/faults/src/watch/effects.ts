import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeenCall } from '../checker/recording.js';

type Call = { -readonly [Name in keyof SeenCall]: SeenCall[Name] };

/** A web server that notes each call by its idempotency key. */
export interface Effects {
  readonly url: string;
  calls(): readonly SeenCall[];
  /** Forgets the calls. */
  reset(): void;
  /** Answers this many times with status 503, each key for itself, before it answers in order. */
  fail(times: number): void;
  /** Each answer takes so long, from now on. */
  slow(ms: number): void;
  /** How many calls were open at the same time at most, since the reset. */
  mostAtOnce(): number;
  close(): Promise<void>;
}

/** Starts it on a free port of the loopback. Its answer to `/x?n=5` is `x5`. */
export async function startEffects(): Promise<Effects> {
  let calls: Call[] = [];
  let failures = 0;
  let answerMs = 0;
  let open = 0;
  let most = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://effects');
    const key = String(request.headers['idempotency-key'] ?? 'none');
    const nth = calls.filter((call) => call.key === key).length + 1;
    const call: Call = { key, server: 'http', at: Date.now(), state: 'answering' };
    calls.push(call);
    most = Math.max(most, ++open);
    response.once('close', () => {
      open -= 1;
      call.endedAt = Date.now();
      call.state = response.writableFinished ? 'answered' : 'aborted';
    });
    request.resume();
    if (answerMs > 0) await delay(answerMs);
    if (nth <= failures) response.writeHead(503).end('not yet');
    else response.writeHead(200, { 'content-type': 'text/plain' }).end(bodyOf(url));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    reset: () => {
      calls = [];
      most = open;
    },
    fail: (times) => void (failures = times),
    slow: (ms) => void (answerMs = ms),
    mostAtOnce: () => most,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function bodyOf(url: URL): string {
  return `${url.pathname.slice(1)}${url.searchParams.get('n') ?? ''}`;
}
