import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import type { UserErrorPartsFragment } from './user-error.generated.js';

/** Why something was not done, for a person and for whoever helps them. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly at = new Date();

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
  if (ServerError.is(error) && !isUnanswered(error)) return refusalIn(error);
  return new Problem('', 'api.away');
}

/** Nobody was there, or somebody before the API who could not reach it. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof TypeError || (ServerError.is(error) && error.statusCode >= 502);
}

/** What is said of a request that has not come as far as GraphQL. */
function refusalIn({ bodyText, message }: ServerError): Problem {
  try {
    const said = JSON.parse(bodyText) as {
      readonly code: string;
      readonly message: string;
      readonly requestId?: string;
    };
    return new Problem(said.message, said.code, [], said.requestId);
  } catch {
    return new Problem(message, 'api.refused'); // by somebody before the API
  }
}

/** @throws Problem of the first error of a payload */
export function throwRefusal(errors: readonly UserErrorPartsFragment[]): void {
  const [first] = errors;
  if (first) throw new Problem(first.message, first.code, first.path);
}
