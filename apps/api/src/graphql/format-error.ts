import { isTenonError, type ErrorKind } from '@tenon/base';
import type { Logger } from '@tenon/ports';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { STATUS } from '../http/error.filter.js';
import { currentRequestId } from '../http/request-id.js';

const CODES: Readonly<Record<ErrorKind, string>> = {
  invalid: 'INVALID',
  missing: 'NOT_FOUND',
  denied: 'FORBIDDEN',
  conflict: 'CONFLICT',
  limited: 'LIMITED',
  unavailable: 'UNAVAILABLE',
  internal: 'INTERNAL',
};

/** Errors of GraphQL itself: the caller's document is wrong, and its words may be shown. */
const OF_THE_DOCUMENT = new Set<string>(
  Object.values(ApolloServerErrorCode).filter((code) => code !== 'INTERNAL_SERVER_ERROR'),
);

/**
 * What a caller sees of an error that is no payload: our words and code, or for a bug a request id that stands in the
 * log beside the whole error.
 */
export function createErrorFormatter(logger: Logger) {
  return (formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError => {
    const error = originOf(thrown);
    const requestId = currentRequestId();
    const place = {
      ...(formatted.path && { path: formatted.path }),
      ...(formatted.locations && { locations: formatted.locations }),
    };
    if (isTenonError(error) && error.kind !== 'internal') {
      if (error.kind === 'unavailable')
        logger.warn({ code: error.code, cause: String(error.cause) }, 'a request failed');
      return {
        ...place,
        message: error.message,
        extensions: { code: CODES[error.kind], reason: error.code, requestId },
      };
    }
    const code = String(formatted.extensions?.['code'] ?? '');
    if (OF_THE_DOCUMENT.has(code)) return { ...place, message: formatted.message, extensions: { code } };
    logger.error({ requestId, error: stackOf(error), path: formatted.path }, 'a request met a bug');
    return { ...place, message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL', requestId } };
  };
}

/**
 * Throws what kept a request from being begun, with the HTTP status that fits it: the server would answer 500.
 * @throws always
 */
export function throwWithStatus(error: unknown): never {
  if (!isTenonError(error)) throw error;
  throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status: STATUS[error.kind] } } });
}

/** What was thrown, by a resolver or while the context was made. */
function originOf(thrown: unknown): unknown {
  return thrown instanceof GraphQLError && thrown.originalError ? thrown.originalError : thrown;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
