import type { TenonError } from '@tenon/base';
import type { ApolloServerPlugin } from '@apollo/server';
import type { Response } from 'express';
import type { GraphQLContext } from '../auth/identity.js';

const STATUS = 'httpStatus';

/** Has a request answered with 429 and when to come again, whatever its body says. */
export function askToWait(response: Response, { retryAfterMs = 1_000 }: TenonError): void {
  response.setHeader('retry-after', Math.ceil(retryAfterMs / 1_000));
  response.locals[STATUS] = 429;
}

/** Gives an answer the HTTP status that a resolver has chosen for it. */
export const statusPlugin: ApolloServerPlugin<GraphQLContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue, response }) => {
      const status = contextValue.response?.locals[STATUS] as number | undefined;
      if (status) response.http.status = status;
    },
  }),
};
