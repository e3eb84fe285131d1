import { FREE, modelErrors, type CallLimits, type ChatModel, type Logger } from '@tenon/ports';
import type { buildConnector } from 'undici';
import { OpenAiCompatibleModel } from './chat-model.js';
import { createClient, createConnections, type ModelEndpoint } from './endpoint.js';
import { findPrice } from './find-price.js';
import type { Limitation } from './request-body.js';
import { toModelError, type Asked } from './vendor-errors.js';

/** Limits of model calls; times in milliseconds. */
export interface OpenAiCompatibleConfig {
  /** Opens connections: whoever composes a process says where models may be served. */
  readonly connect: buildConnector.connector;
  /** From the request to the first piece of the answer, default 120 000. */
  readonly firstTokenTimeoutMs?: number;
  /** Between two pieces of an answer, default 60 000. */
  readonly idleTimeoutMs?: number;
  /** Text, reasoning and arguments of one reply together, in bytes of UTF-8, default 10 MiB. */
  readonly maxReplyBytes?: number;
  /** What the models tell as their limits, default none. */
  readonly callLimits?: CallLimits;
}

/** Models of every server that speaks the OpenAI API. Endpoints are given per call: teams change them at any time. */
export interface OpenAiCompatibleModels {
  /** @throws model.notConfigured when the base URL is none */
  getChatModel(endpoint: ModelEndpoint, name: string): ChatModel;
  /** Ids of the models the endpoint names, in order. Throws `model.*`. */
  listModels(endpoint: ModelEndpoint, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Finds out whether the endpoint works: asks `name` for a word, or for the list of models where no name is given.
   * Returns how long that took, and what the model said. Throws `model.*`.
   */
  test(
    endpoint: ModelEndpoint,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly durationMs: number; readonly answer?: string }>;
  /** Closes idle connections and breaks off calls. */
  close(): Promise<void>;
}

const LIST_MS = 15_000;
const MAX_REPLY_BYTES = 10 * 1024 * 1024;

/** The adapter on the `openai` package. It never tries a failed call again. */
export function createOpenAiCompatibleModels(config: OpenAiCompatibleConfig, logger: Logger): OpenAiCompatibleModels {
  const maxReplyBytes = config.maxReplyBytes ?? MAX_REPLY_BYTES;
  const connections = createConnections(maxReplyBytes, config.connect, logger);
  const limits = { firstTokenMs: config.firstTokenTimeoutMs ?? 120_000, idleMs: config.idleTimeoutMs ?? 60_000 };
  const limitations = new Map<string, Set<Limitation>>();

  const getChatModel = (endpoint: ModelEndpoint, name: string): ChatModel => {
    const key = `${endpoint.baseUrl} ${name}`;
    const found = limitations.get(key) ?? new Set();
    limitations.set(key, found);
    const client = createClient(endpoint, connections);
    const parts = { endpoint, name, client, limits, maxReplyBytes, limitations: found, logger };
    const price = endpoint.isLocal ? FREE : findPrice(endpoint.baseUrl, name, new Date());
    return new OpenAiCompatibleModel({ ...parts, callLimits: config.callLimits, price });
  };
  const listModels = (endpoint: ModelEndpoint, signal: AbortSignal) =>
    within(LIST_MS, signal, { endpoint }, async (both) => {
      // read by ourselves: to the client a web page is a list without models
      const answer = await createClient(endpoint, connections).models.list({ signal: both }).asResponse();
      const models = modelsIn(await answer.text());
      if (!models) {
        throw modelErrors.brokenReply(
          `${endpoint.provider} did not list its models; check that the base URL ends in /v1.`,
        );
      }
      return models.map(({ id }) => String(id));
    });
  return {
    getChatModel,
    listModels,
    test: async (endpoint, name, signal) => {
      const startedAt = performance.now();
      const answer =
        name === undefined
          ? (await listModels(endpoint, signal), undefined)
          : await askForAWord(getChatModel(endpoint, name), signal);
      const durationMs = Math.round(performance.now() - startedAt);
      return { durationMs, ...(answer !== undefined && { answer }) };
    },
    close: () => connections.destroy(),
  };
}

/** The list in an answer; undefined where there is none. */
function modelsIn(text: string): readonly { readonly id?: unknown }[] | undefined {
  try {
    const { data } = JSON.parse(text) as { readonly data?: unknown };
    return Array.isArray(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

async function askForAWord(model: ChatModel, signal: AbortSignal): Promise<string> {
  const reply = model.stream({
    mode: 'chat',
    messages: [{ role: 'user', content: 'Answer with the word OK.' }],
    parameters: { max_tokens: 16 },
    idempotencyKey: crypto.randomUUID(),
    signal,
  });
  let text = '';
  for await (const delta of reply) if (delta.type === 'text') text += delta.text;
  return text;
}

async function within<T>(
  timeoutMs: number,
  signal: AbortSignal,
  asked: Asked,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { provider } = asked.endpoint;
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([signal, timeout]));
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) throw modelErrors.timedOut(`${provider} did not answer within ${timeoutMs / 1000} s.`);
    throw toModelError(error, asked);
  }
}
