import { CombinedGraphQLErrors } from '@apollo/client/errors';

/** Why something was not done, for a person and for whoever helps them. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    message: string,
    /** `area.reason`, without language: `api.away` when nobody answers. */
    readonly code: string,
    /** Where in the input, from the outside in. */
    readonly path: readonly string[] = [],
    /** Names the request in the logs. */
    readonly requestId?: string,
  ) {
    super(message);
  }
}

/** Something that the caller can correct, as a payload says it. */
export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path?: readonly string[];
}

/** What went wrong with a request, whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors;
    const { reason, code, requestId } = first?.extensions ?? {};
    return new Problem(
      first?.message ?? '',
      String(reason ?? code ?? 'api.unknown'),
      [],
      requestId as string | undefined,
    );
  }
  return new Problem('', 'api.away');
}

/** @throws Problem of the first error of a payload */
export function throwRefusal(errors: readonly UserError[]): void {
  const [first] = errors;
  if (first) throw new Problem(first.message, first.code, first.path);
}
