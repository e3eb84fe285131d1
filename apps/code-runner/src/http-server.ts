import { isTenonError, MemoryRoom } from '@tenon/base';
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getHeapStatistics } from 'node:v8';
import type { Language } from './language.js';
import { languages, readRunRequest, sizeOf, type LanguageName } from './run-request.js';
import type { Outcome } from './sandbox.js';
import type { SelfTests } from './self-tests.js';

/** A caller that hears nothing for much longer knows that this process hangs. */
const HEARTBEAT_MS = 1000;
/** Smaller bodies never wait. */
const FREE_BODY_BYTES = 64 * 1024;
/** Of this process's heap, what the bodies of requests may take as they came; they are in it several times. */
const BODIES_SHARE = 1 / 6;

export interface ServerOptions {
  readonly token: string;
  readonly languages: Readonly<Record<LanguageName, Language>>;
  readonly selfTests: SelfTests;
  /** A failure of this process itself, which its caller is told only in one sentence. */
  readonly onError: (error: unknown) => void;
}

/**
 * The HTTP face of the code runner:
 * - `POST /run` runs `{language, code, inputs, timeoutMs}` and gives `{result, printed, durationMs}` or
 *   `{error: {code, message, printed}}`. Closing the connection kills the execution.
 * - `GET /health` says what is up and how each language did when it was tried.
 *
 * Both answer 200 as soon as the request is accepted and send spaces until the answer is there; a line break says that a
 * sandbox takes the code now.
 */
export function createCodeServer(options: ServerOptions): Server {
  const isAllowed = createGuard(options.token);
  const room = new MemoryRoom(getHeapStatistics().heap_size_limit * BODIES_SHARE, FREE_BODY_BYTES);
  return createServer((request, response) => {
    const answer = async () => {
      if (!isAllowed(request)) return sendError(response, 401, 'request.denied', 'The token is missing or wrong.');
      switch (`${request.method} ${request.url}`) {
        case 'POST /run':
          return run(request, response, options, room);
        case 'GET /health':
          return sendWhenDone(response, () => describeHealth(options));
        default:
          return sendError(response, 404, 'request.notFound', 'There is only POST /run and GET /health.');
      }
    };
    answer().catch((error: unknown) => {
      // Whoever left does not want to know, and leaving is no failure.
      if (response.destroyed) return;
      options.onError(error);
      sendError(response, 500, 'code.unavailable', 'The code runner failed; its log says why.');
    });
  });
}

async function run(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
  room: MemoryRoom,
): Promise<void> {
  const left = new AbortController();
  const memory = room.enter();
  response.on('close', () => {
    if (response.writableFinished) return;
    const reason = new Error('The caller has left.');
    left.abort(reason);
    memory.stop(reason);
  });
  try {
    // a body that finds no room is not read before there is some: its bytes stay where they come from
    const waiting = setInterval(() => beat(response), HEARTBEAT_MS);
    await Promise.resolve(memory.take(sizeOf(request))).finally(() => clearInterval(waiting));
    await runJob(request, response, options, left.signal);
  } finally {
    memory.leave();
  }
}

async function runJob(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
  left: AbortSignal,
): Promise<void> {
  let job;
  try {
    job = await readRunRequest(request);
  } catch (error) {
    if (left.aborted) return;
    if (!isTenonError(error)) throw error;
    return sendError(response, error.code === 'request.tooLarge' ? 413 : 400, error.code, error.message);
  }
  await sendWhenDone(response, async () => {
    try {
      return reply(await options.languages[job.language].pool.run(job, left, () => response.write('\n')));
    } catch (error) {
      if (left.aborted || !isTenonError(error)) throw error;
      if (error.cause !== undefined) options.onError(error);
      return { error: { code: error.code, message: error.message, printed: '' } };
    }
  });
}

function reply(outcome: Outcome): object {
  if (!outcome.ok) {
    const { code, message, printed } = outcome;
    return { error: { code, message, printed } };
  }
  const { result, printed, durationMs } = outcome;
  return { result, printed, durationMs: Math.round(durationMs) };
}

async function describeHealth({ languages: known, selfTests }: ServerOptions): Promise<object> {
  const entries = languages.map(async (name) => {
    const result = await selfTests.resultOf(name);
    return [name, { ...result, ...known[name].describe(), ...known[name].pool.load }] as const;
  });
  return { languages: Object.fromEntries(await Promise.all(entries)) };
}

function createGuard(token: string): (request: IncomingMessage) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return ({ headers }) => timingSafeEqual(digest(headers.authorization ?? ''), expected);
}

/** Answers 200 at once, spaces while `work` lasts, then what it gives. */
async function sendWhenDone(response: ServerResponse, work: () => Promise<object>): Promise<void> {
  beat(response);
  const heartbeat = setInterval(() => beat(response), HEARTBEAT_MS);
  try {
    response.end(JSON.stringify(await work()));
  } finally {
    clearInterval(heartbeat);
  }
}

/** A sign of life: the beginning of an answer. */
function beat(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' });
  response.write(' ');
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  send(response, status, { error: { code, message } });
}

function send(response: ServerResponse, status: number, body: object): void {
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
