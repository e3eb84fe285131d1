import { cliErrors } from '../errors.js';

/** An instance and the token that is shown there. */
export interface Target {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
}

/** Something that the caller can correct, as the API says it. */
export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path?: readonly string[];
}

/** A file that the API has kept. */
export interface UploadedFile {
  readonly id: string;
  /** `image`, `document`, `audio`, `video` or `custom`. */
  readonly type: string;
}

interface GraphQLAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

const ANSWER_MS = 60_000;
const HEALTH_MS = 5_000;

/** Asks the API of one instance. Every call ends when `signal` says so, with its reason. */
export class ApiClient {
  constructor(
    readonly target: Target,
    readonly signal: AbortSignal,
  ) {}

  /** The same instance, with another signal. */
  until(signal: AbortSignal): ApiClient {
    return new ApiClient(this.target, signal);
  }

  /**
   * Sends a document and gives its data.
   * @throws cli.unreachable, cli.tokenRefused, cli.serverBug, cli.refused
   */
  async ask<Data>(document: string, variables: object = {}): Promise<Data> {
    const response = await this.fetch('/graphql', ANSWER_MS, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: document, variables }),
    });
    const { data, errors } = (await this.readJson(response)) as GraphQLAnswer;
    const [error] = errors ?? [];
    if (!error) return data as Data;
    const { code, reason, requestId } = error.extensions ?? {};
    if (reason === 'auth.required') throw this.tokenRefused();
    if (code === 'INTERNAL')
      throw cliErrors.serverBug(`Tenon met a bug of its own; its log tells more under ${String(requestId)}.`);
    if (code === 'UNAVAILABLE') throw cliErrors.unreachable(error.message);
    throw cliErrors.refused(error.message);
  }

  /**
   * Sends a file, so that inputs of a run can name it.
   * @throws cli.refused, cli.unreachable, cli.tokenRefused
   */
  async upload(name: string, bytes: Uint8Array): Promise<UploadedFile> {
    const body = new FormData();
    body.set('file', new Blob([bytes.slice()]), name);
    const response = await this.fetch('/api/files', ANSWER_MS, { method: 'POST', body });
    const answer = await this.readJson(response);
    if (response.ok) return answer as UploadedFile;
    if (response.status === 401) throw this.tokenRefused();
    const { message } = answer as { readonly message?: string };
    if (response.status >= 500) throw cliErrors.unreachable(message ?? `Tenon answers with status ${response.status}.`);
    throw cliErrors.refused(`${name}: ${message ?? `it is refused with status ${response.status}.`}`);
  }

  /** What `GET /health` answers, also while the API cannot serve. @throws cli.unreachable */
  async health(): Promise<unknown> {
    return this.readJson(await this.fetch('/health', HEALTH_MS, {}));
  }

  /** What to throw when the instance does not know the token. */
  tokenRefused(): Error {
    return cliErrors.tokenRefused(
      `${this.target.url} does not know the token: set TENON_TOKEN to one of that instance, or leave TENON_URL out.`,
    );
  }

  private async fetch(path: string, withinMs: number, init: RequestInit): Promise<Response> {
    const { url, token } = this.target;
    try {
      return await fetch(`${url}${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}` },
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(withinMs)]),
      });
    } catch (cause) {
      throw this.unreachable(cause);
    }
  }

  private async readJson(response: Response): Promise<unknown> {
    let text: string;
    try {
      text = await response.text();
    } catch (cause) {
      throw this.unreachable(cause);
    }
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      const { url } = this.target;
      throw cliErrors.unreachable(
        `${url} answers with status ${response.status} and no JSON: is it the address of Tenon?`,
        { cause },
      );
    }
  }

  private unreachable(cause: unknown): Error {
    if (this.signal.aborted) return this.signal.reason as Error;
    const { url } = this.target;
    const why = describeCause(cause);
    return cliErrors.unreachable(`Nothing answers at ${url} (${why}): is Tenon running there?`, { cause });
  }
}

/**
 * The payload of a mutation without errors.
 * @throws cli.refused with every error and its place
 */
export function accepted<Payload extends { readonly errors: readonly UserError[] }>(payload: Payload): Payload {
  const { errors } = payload;
  if (errors.length === 0) return payload;
  throw cliErrors.refused(errors.map(({ message }) => message).join('\n'), {
    details: { problems: errors.map(({ code, message, path }) => ({ code, message, path: [...(path ?? [])] })) },
  });
}

function describeCause(error: unknown): string {
  const { cause, message, name } = error as Error & { cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return 'no answer in time';
  return cause?.code ?? cause?.message ?? message;
}
