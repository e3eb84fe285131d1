import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type JsonObject } from '@tenon/base';
import { handleAdmin } from './scripted-admin.js';
import { writeAnswer, writeError } from './scripted-answer.js';
import { ScriptedCalls, type ScriptedCall, type ScriptedCounts } from './scripted-calls.js';
import { readPrompt, ScriptedRules, type ScriptedReply, type ScriptedRule } from './scripted-rule.js';

/** How a scripted model server starts. */
export interface ScriptedModelOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  readonly rules?: readonly ScriptedRule[];
  /** For requests that no rule gives a reply. Default: the text `Scripted reply.` */
  readonly defaultReply?: ScriptedReply;
  /** When given, other bearer tokens are refused with 401. */
  readonly apiKey?: string;
  /** Ids that `GET /v1/models` lists; every model name is answered. Default `['scripted']`. */
  readonly models?: readonly string[];
  /** Fields of a request body that are refused with 400, as servers do that do not know them. */
  readonly refusedFields?: readonly string[];
  /** False: `/v1/completions` is answered with 404. Default true. */
  readonly hasCompletions?: boolean;
}

/** A running OpenAI-compatible server on loopback whose answers are written in rules. */
export interface ScriptedModel {
  /** `http://127.0.0.1:<port>`; the administration lies under it at `/__…`. */
  readonly url: string;
  /** What goes into a provider's settings: `url` and `/v1`. */
  readonly baseUrl: string;
  /** The calls so far, oldest first, with the state of their answers. */
  calls(): readonly ScriptedCall[];
  counts(): ScriptedCounts;
  /** Replaces all rules and forgets what `nth` counted. */
  setRules(rules: readonly ScriptedRule[]): void;
  /** Puts rules before the others. */
  addRules(rules: readonly ScriptedRule[]): void;
  /** Every reply that starts from now on waits before its first piece. */
  pause(): void;
  /** Ends `pause` and releases what is held. */
  resume(): void;
  /** Lets the oldest `count` held replies go on, all by default. Returns how many there were. */
  release(count?: number): number;
  /** Forgets calls and counts. */
  resetCalls(): void;
  /** Resolves when at least `count` calls have arrived. @throws Error after `timeoutMs`, default 10 s */
  waitForCalls(count: number, timeoutMs?: number): Promise<void>;
  /** Resolves when at least `count` replies are on hold. @throws Error after `timeoutMs`, default 10 s */
  waitForHeld(count: number, timeoutMs?: number): Promise<void>;
  /** Resolves when at least `count` clients have left before the end. @throws Error after `timeoutMs`, default 10 s */
  waitForAborted(count: number, timeoutMs?: number): Promise<void>;
  /** Breaks off what is under way and stops listening. */
  close(): Promise<void>;
}

const WAIT_MS = 10_000;

/** Starts a scripted model server inside this process. */
export async function startScriptedModel(options: ScriptedModelOptions = {}): Promise<ScriptedModel> {
  const script = new Script(options);
  const server = createServer((request, response) => {
    script.handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return script.control(server);
}

/** The state of one server: rules, calls, and whether it is paused. */
class Script {
  private readonly options: ScriptedModelOptions;
  private readonly rules: ScriptedRules;
  private readonly calls = new ScriptedCalls();
  private isPaused = false;
  private controls?: ScriptedModel;

  constructor(options: ScriptedModelOptions) {
    this.options = options;
    this.rules = new ScriptedRules(options.rules ?? []);
  }

  control(server: Server): ScriptedModel {
    const { calls, rules } = this;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.controls = {
      url,
      baseUrl: `${url}/v1`,
      calls: () => calls.list(),
      counts: () => calls.counts(),
      setRules: (list) => rules.replace(list),
      addRules: (list) => rules.prepend(list),
      pause: () => void (this.isPaused = true),
      resume: () => {
        this.isPaused = false;
        calls.release();
      },
      release: (count) => calls.release(count),
      resetCalls: () => calls.reset(),
      waitForCalls: (count, ms = WAIT_MS) => calls.waitUntil(({ total }) => total >= count, `call number ${count}`, ms),
      waitForHeld: (count, ms = WAIT_MS) => calls.waitUntil(({ held }) => held >= count, `held reply ${count}`, ms),
      waitForAborted: (count, ms = WAIT_MS) =>
        calls.waitUntil(({ aborted }) => aborted >= count, `aborted call number ${count}`, ms),
      close: () => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        return closed;
      },
    };
    return this.controls;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://scripted').pathname;
    if (path.startsWith('/__') && this.controls) {
      return handleAdmin(this.controls, this.rules, request, response);
    }
    const { apiKey, models = ['scripted'] } = this.options;
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
      return writeError(response, 401, { message: 'Incorrect API key provided.', code: 'invalid_api_key' });
    }
    if (request.method === 'GET' && path === '/v1/models') {
      const data = models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'scripted' }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data }));
      return;
    }
    const isChat = path === '/v1/chat/completions';
    const isCompletion = path === '/v1/completions' && this.options.hasCompletions !== false;
    if (request.method !== 'POST' || !(isChat || isCompletion)) {
      return writeError(response, 404, { message: `Nothing is served at ${path}.`, code: null });
    }
    await this.answer(path, request, response);
  }

  private async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const leaving = new AbortController();
    response.on('close', () => leaving.abort());
    const body = await readBody(request);
    if (!body) return writeError(response, 400, { message: 'The body is not a JSON object.', code: null });
    const { call, ofKey } = this.calls.add({ path, body, ...readHeaders(request) });
    const refused = this.options.refusedFields?.find((field) => field in body);
    if (refused !== undefined) {
      const message = `Unrecognized request argument supplied: ${refused}`;
      this.calls.setState(call, 'answered');
      return writeError(response, 400, { message, param: refused, code: 'unknown_parameter' });
    }
    const prompt = readPrompt(body);
    const rule = this.rules.find(prompt, ofKey);
    const reply = rule?.reply ?? this.options.defaultReply ?? { text: 'Scripted reply.' };
    const isStream = body['stream'] === true;
    const streamOptions = body['stream_options'];
    const hasUsage = isJsonObject(streamOptions) && streamOptions['include_usage'] === true && reply.usage !== null;
    try {
      const isWhole = await writeAnswer({
        response,
        index: call.index,
        isChat: path === '/v1/chat/completions',
        isStream,
        hasUsage,
        prompt,
        reply,
        fault: rule?.fault,
        signal: leaving.signal,
        isPaused: this.isPaused,
        hold: () => this.calls.hold(call, leaving.signal),
      });
      this.calls.setState(call, isWhole ? 'answered' : 'faulted');
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
      this.calls.setState(call, 'aborted');
    }
  }
}

async function readBody(request: IncomingMessage): Promise<JsonObject | undefined> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    return isJsonObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function readHeaders(request: IncomingMessage): { headers: Record<string, string>; idempotencyKey?: string } {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const idempotencyKey = headers['idempotency-key'];
  return idempotencyKey === undefined ? { headers } : { headers, idempotencyKey };
}
