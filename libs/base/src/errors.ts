import type { JsonObject } from './json.js';

/**
 * What went wrong, seen from the one who has to act. The kind alone decides whether to try again, what the API
 * answers and at which level it is logged (docs/architecture.md §9).
 */
export type ErrorKind = 'invalid' | 'missing' | 'denied' | 'conflict' | 'limited' | 'unavailable' | 'internal';

/** Particulars of one error. `details` are shown to the caller: never a secret. */
export interface ErrorOptions {
  readonly details?: JsonObject;
  readonly cause?: unknown;
  /** How long to wait before another try, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** The only error class of Tenon. `code` is `area.reason`; `message` is one sentence for the one who can act. */
export class TenonError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly details: JsonObject;
  readonly retryAfterMs?: number;

  constructor(code: string, kind: ErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TenonError';
    this.code = code;
    this.kind = kind;
    this.details = options.details ?? {};
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** True for a `TenonError`, also one made in another realm (Jest runs every file in its own). */
export function isTenonError(error: unknown): error is TenonError {
  return error instanceof Error && error.name === 'TenonError' && 'code' in error && 'kind' in error;
}

type ErrorMaker = (message: string, options?: ErrorOptions) => TenonError;

/**
 * Declares the error codes of an area: `defineErrors('draft', { staleRevision: 'conflict' })` gives
 * `{ staleRevision(message, options) }`, whose errors carry the code `draft.staleRevision`.
 */
export function defineErrors<Reason extends string>(
  area: string,
  kinds: Readonly<Record<Reason, ErrorKind>>,
): Readonly<Record<Reason, ErrorMaker>> {
  const makers = Object.entries<ErrorKind>(kinds).map(([reason, kind]): [string, ErrorMaker] => [
    reason,
    (message, options) => new TenonError(`${area}.${reason}`, kind, message, options),
  ]);
  return Object.fromEntries(makers) as Record<Reason, ErrorMaker>;
}

/** May the same call succeed later without anybody changing it? */
export function isWorthRetrying(kind: ErrorKind): boolean {
  return kind === 'limited' || kind === 'unavailable';
}
