import { isJsonObject, isTenonError, type JsonObject, type TenonError } from '@tenon/base';
import { codeErrors, type CodeReply, type CodeRequest, type CodeRunner } from '@tenon/ports';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export interface HttpCodeRunnerOptions {
  /** Address of the process, such as `http://127.0.0.1:4190`. */
  readonly url: string;
  readonly token: string;
  /**
   * Silence, in milliseconds, after which the process counts as hanging. It sends a sign of life every second while it
   * works; 10 s by default.
   */
  readonly silenceMs?: number;
  /** How long a process that is not there, or not any more, is waited for, in milliseconds; 30 s by default. */
  readonly patienceMs?: number;
}

/** Between two tries to reach a process that is not there, in milliseconds. */
const AGAIN_MS = 250;
/** Times that the process may end over one request before the code itself is blamed. */
const MAX_LOSSES = 3;

/**
 * Runs code in the process of `apps/code-runner`. Aborting a request kills its sandbox at once. Code has no effects, so a
 * request that is lost with its process is made again when the next one is there.
 */
export function createHttpCodeRunner(options: HttpCodeRunnerOptions): CodeRunner {
  return {
    run: async ({ signal, language, code, inputs, timeoutMs }: CodeRequest): Promise<CodeReply> => {
      const body = JSON.stringify({ language, code, inputs, timeoutMs });
      return readReply(await askUntilThere(options, () => ask(options, 'POST', '/run', signal, body), signal));
    },
    describe: () => ask(options, 'GET', '/health'),
  };
}

function readReply(answer: JsonObject): CodeReply {
  const { result, printed, durationMs } = answer;
  if (typeof result === 'string' && typeof printed === 'string' && typeof durationMs === 'number') {
    return { result, printed, durationMs };
  }
  throw codeErrors.unavailable('The code runner sent an answer that cannot be read.');
}

/** Asks again while nobody is there, and after the end of who was there. */
async function askUntilThere<Answer>(
  { patienceMs = 30_000 }: HttpCodeRunnerOptions,
  askOnce: () => Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  let deadline = Date.now() + patienceMs;
  for (let losses = 0; ;) {
    try {
      return await askOnce();
    } catch (error) {
      const reason = codeOf((error as Error).cause);
      if (reason === 'ECONNRESET' || reason === 'EPIPE') {
        losses += 1;
        deadline = Date.now() + patienceMs; // who was there had all the time that the code takes
      } else if (reason !== 'ECONNREFUSED') throw error;
      if (losses >= MAX_LOSSES || Date.now() + AGAIN_MS > deadline) throw error;
      await delay(AGAIN_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

const codeOf = (cause: unknown): unknown => (cause as { code?: unknown } | undefined)?.code;

/** @throws `code.*`, or the reason of `signal` */
async function ask(
  options: HttpCodeRunnerOptions,
  method: string,
  path: string,
  signal?: AbortSignal,
  body?: string,
): Promise<JsonObject> {
  signal?.throwIfAborted();
  let answer: unknown;
  try {
    const { status, received } = await exchange(options, method, path, signal, body);
    if (status === 401) throw codeErrors.unavailable('The code runner refuses the token: TENON_CODE_RUNNER_TOKEN.');
    answer = JSON.parse(received);
  } catch (cause) {
    signal?.throwIfAborted();
    if (isTenonError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw codeErrors.unavailable(`The code runner at ${options.url} does not answer: ${reason}`, { cause });
  }
  if (!isJsonObject(answer)) throw codeErrors.unavailable('The code runner sent an answer that cannot be read.');
  if (isJsonObject(answer['error'])) throw toCodeError(answer['error']);
  return answer;
}

function exchange(
  { token, silenceMs = 10_000, ...options }: HttpCodeRunnerOptions,
  method: string,
  path: string,
  signal: AbortSignal | undefined,
  body: string | undefined,
): Promise<{ readonly status: number; readonly received: string }> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, options.url);
    const open = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = open(url, {
      method,
      // A connection of its own: one that was kept could belong to a process that has been replaced meanwhile.
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(signal ? { signal } : {}),
    });
    request.setTimeout(silenceMs, () => request.destroy(new Error(`no sign of life for ${silenceMs / 1000} s`)));
    request.on('error', reject);
    request.on('response', (response) => {
      text(response).then((received) => resolve({ status: response.statusCode ?? 0, received }), reject);
    });
    request.end(body);
  });
}

const isReason = (reason: string): reason is keyof typeof codeErrors => Object.hasOwn(codeErrors, reason);

function toCodeError({ code, message, printed }: JsonObject): TenonError {
  const [area, reason = ''] = String(code).split('.');
  const details: JsonObject = typeof printed === 'string' && printed !== '' ? { printed } : {};
  if (area === 'code' && isReason(reason)) return codeErrors[reason](String(message), { details });
  if (code === 'request.tooLarge') return codeErrors.failed(String(message));
  return codeErrors.unavailable(`The code runner does not take the request: ${String(message)}`);
}
