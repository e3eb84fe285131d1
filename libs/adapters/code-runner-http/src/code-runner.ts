import { isJsonObject, isTenonError, type JsonObject, type TenonError } from '@tenon/base';
import { codeErrors, type CodeReply, type CodeRequest, type CodeRunner } from '@tenon/ports';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
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
  /** What the process may take beyond the limit of the code to tell how it ended, in milliseconds; 2 s by default. */
  readonly graceMs?: number;
  /** How long a process that is not there, or not any more, is waited for, in milliseconds; 30 s by default. */
  readonly patienceMs?: number;
}

/** Between two tries to reach a process that is not there, in milliseconds. */
const AGAIN_MS = 250;
/** Times that the process may end over one request before the code itself is blamed. */
const MAX_LOSSES = 3;
/** In an answer: a sandbox takes the code now. */
const TAKEN = '\n';

/**
 * Runs code in the process of `apps/code-runner`. Aborting a request kills its sandbox at once. Code has no effects, so a
 * request that is lost with its process is made again when the next one is there.
 */
export function createHttpCodeRunner(options: HttpCodeRunnerOptions): CodeRunner {
  return {
    run: async ({ signal, language, code, inputs, timeoutMs }: CodeRequest): Promise<CodeReply> => {
      const body = JSON.stringify({ language, code, inputs, timeoutMs });
      const call = { method: 'POST', path: '/run', signal, body, limitMs: timeoutMs };
      return readReply(await askUntilThere(options, () => ask(options, call), signal));
    },
    describe: () => ask(options, { method: 'GET', path: '/health' }),
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

interface Call {
  readonly method: string;
  readonly path: string;
  readonly signal?: AbortSignal;
  readonly body?: string;
  /** Of the code, once a sandbox has taken it. */
  readonly limitMs?: number;
}

/** @throws `code.*`, or the reason of `signal` */
async function ask(options: HttpCodeRunnerOptions, call: Call): Promise<JsonObject> {
  const { signal } = call;
  signal?.throwIfAborted();
  let answer: unknown;
  try {
    const { status, received } = await exchange(options, call);
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
  { url, token, silenceMs = 10_000, graceMs = 2_000 }: HttpCodeRunnerOptions,
  { method, path, signal, body, limitMs = 0 }: Call,
): Promise<{ readonly status: number; readonly received: string }> {
  return new Promise((resolve, reject) => {
    const address = new URL(path, url);
    const open = address.protocol === 'https:' ? requestHttps : requestHttp;
    const request = open(address, {
      method,
      // A connection of its own: one that was kept could belong to a process that has been replaced meanwhile.
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(signal ? { signal } : {}),
    });
    let late: NodeJS.Timeout | undefined;
    const onTaken = () => {
      clearTimeout(late);
      const what = `nothing came ${graceMs / 1000} s after the limit of ${limitMs} ms`;
      late = setTimeout(() => request.destroy(new Error(what)), limitMs + graceMs);
    };
    request.setTimeout(silenceMs, () => request.destroy(new Error(`no sign of life for ${silenceMs / 1000} s`)));
    request.on('error', reject);
    request.on('close', () => clearTimeout(late));
    request.on('response', (response) => {
      receive(response, onTaken).then((received) => resolve({ status: response.statusCode ?? 0, received }), reject);
    });
    request.end(body);
  });
}

async function receive(response: IncomingMessage, onTaken: () => void): Promise<string> {
  let received = '';
  for await (const part of response.setEncoding('utf8') as AsyncIterable<string>) {
    if (part.includes(TAKEN)) onTaken();
    received += part;
  }
  return received;
}

const isReason = (reason: string): reason is keyof typeof codeErrors => Object.hasOwn(codeErrors, reason);

function toCodeError({ code, message, printed }: JsonObject): TenonError {
  const [area, reason = ''] = String(code).split('.');
  const details: JsonObject = typeof printed === 'string' && printed !== '' ? { printed } : {};
  if (area === 'code' && isReason(reason)) return codeErrors[reason](String(message), { details });
  if (code === 'request.tooLarge') return codeErrors.failed(String(message));
  return codeErrors.unavailable(`The code runner does not take the request: ${String(message)}`);
}
