import { CombinedGraphQLErrors, ServerError, ServerParseError } from '@apollo/client/errors';
import type { UserErrorPartsFragment } from './user-error.generated.js';

/** Why something was not done, for a person and for whoever helps them. */
export class Problem extends Error {
  override readonly name = 'Problem';
  // eslint-disable-next-line no-restricted-syntax -- for whoever reads logs beside it; no text that grows old
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

/** A request that nobody answered. What a browser throws then is what it throws of a mistake in a page. */
export class Unanswered extends TypeError {
  override readonly name = 'Unanswered';
}

/** Hands on what a request of the browser's own comes to. @throws Unanswered */
export async function orUnanswered<Answer>(request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (error) {
    throw error instanceof TypeError ? new Unanswered(error.message) : error;
  }
}

/** What went wrong, whatever was thrown: `console.unknown` where nobody thought of it. */
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
  if (isUnanswered(error)) return new Problem('', 'api.away');
  if (ServerError.is(error) || ServerParseError.is(error)) return refusalIn(error);
  return new Problem(error instanceof Error ? `${error.name}: ${error.message}` : String(error), 'console.unknown');
}

/** Nobody was there, or somebody before the API who could not reach it. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Unanswered || (ServerError.is(error) && error.statusCode >= 502);
}

/** What is said of a request that has not come as far as GraphQL. */
function refusalIn({ bodyText, message }: ServerError | ServerParseError): Problem {
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
