import { modelErrors, type Logger } from '@tenon/ports';
import OpenAI from 'openai';
import { Agent, fetch as undiciFetch, interceptors, type buildConnector, type Dispatcher } from 'undici';
import { KeptConnections } from './kept-connections.js';
import { limitLines } from './reply-limit.js';

/** Where a provider's models are served. Addresses are the owner's choice, so they may be private. */
export interface ModelEndpoint {
  /** Bare provider id, for messages and the models' `provider`. */
  readonly provider: string;
  /** What `/chat/completions` is put behind, such as `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Absent for servers that ask for none. */
  readonly apiKey?: string;
  /** True for the small model on this computer. */
  readonly isLocal?: boolean;
}

/** Of a reply with all that stands around its text; most of that is never in memory together. */
const MAX_RESPONSE_BYTES = 1024 * 1024 * 1024;
/** The client's own time-out is out of the way: ours are for the first token and between tokens. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** The connections to all endpoints of one process. */
export interface ModelConnections {
  readonly dispatcher: Dispatcher;
  readonly fetch: typeof undiciFetch;
  /** Breaks them all off. */
  destroy(): Promise<void>;
}

/**
 * @param maxReplyBytes  of the text of one reply
 * @param connect        opens connections, to addresses where models may be served
 */
export function createConnections(
  maxReplyBytes: number,
  connect: buildConnector.connector,
  logger: Logger,
): ModelConnections {
  const kept = new KeptConnections(logger);
  const options = { allowH2: false, headersTimeout: 0, bodyTimeout: 0, maxResponseSize: MAX_RESPONSE_BYTES };
  const keeping = new Agent({ ...options, connect: kept.noting(connect) });
  const opening = new Agent({ ...options, connect, pipelining: 0 });
  // limits count what a reply unfolds to, not what comes over the wire
  const limited = (agent: Agent) =>
    agent.compose(interceptors.decompress({ skipErrorResponses: false }), limitLines(maxReplyBytes));
  return {
    dispatcher: limited(keeping),
    fetch: kept.asking(undiciFetch, limited(opening)),
    destroy: async () => {
      kept.close();
      await Promise.all([keeping.destroy(), opening.destroy()]);
    },
  };
}

/**
 * A client for one endpoint that never tries again what was answered, follows no redirects and logs nothing.
 * @throws model.notConfigured when the base URL is none, model.unauthorized when the key cannot be one
 */
export function createClient(endpoint: ModelEndpoint, { dispatcher, fetch: ask }: ModelConnections): OpenAI {
  const key = endpoint.apiKey?.trim();
  if (key && !/^[\x21-\x7e]+$/.test(key)) {
    throw modelErrors.unauthorized(
      `The API key of ${endpoint.provider} holds characters that no key has; enter it again.`,
    );
  }
  return new OpenAI({
    baseURL: checkBaseUrl(endpoint),
    // explicit nulls keep the client from reading the environment
    adminAPIKey: null,
    organization: null,
    project: null,
    apiKey: key || 'none',
    ...(key ? {} : { defaultHeaders: { Authorization: null } }),
    maxRetries: 0,
    timeout: NO_TIMEOUT_MS,
    logLevel: 'off',
    // a redirect could lead the key elsewhere
    fetchOptions: { dispatcher, redirect: 'manual' } as never,
    fetch: ask as unknown as typeof fetch,
  });
}

function checkBaseUrl({ provider, baseUrl }: ModelEndpoint): string {
  const text = baseUrl
    .trim()
    .replace(/(?<!\/)\/+$/, '')
    .replace(/\/chat\/completions$/, '');
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw modelErrors.notConfigured(`The base URL of ${provider} must start with http:// or https://.`);
  }
  const { username, password, search } = new URL(text);
  if (username || password || search) {
    throw modelErrors.notConfigured(
      `The base URL of ${provider} must hold no password and no query; the key has a field.`,
    );
  }
  return text;
}
