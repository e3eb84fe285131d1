import type { TenonError } from '@tenon/base';
import type { ApolloServerPlugin } from '@apollo/server';
import type { NextFunction, Request, Response } from 'express';
import { Kind } from 'graphql';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { GraphQLContext } from '../auth/identity.js';
import { STATUS } from '../http/error.filter.js';

/** Media types of an answer: the first for whoever names neither, or knows no other. */
const MEDIA_TYPES = ['application/json', 'application/graphql-response+json'];
/** Refusals that a caller of HTTP is used to find in the status. */
const TOLD = ['conflict', 'limited'];

/** What was refused last in the request in hand. */
const refusals = new AsyncLocalStorage<{ last?: TenonError }>();

/** Has refusals of a request noted while it is answered. */
export function noteRefusals(_request: Request, _response: Response, next: NextFunction): void {
  refusals.run({}, next);
}

/** Notes what a payload says that was refused; without effect where the answer has no status, as over a socket. */
export function noteRefusal(error: TenonError): void {
  const request = refusals.getStore();
  if (request) request.last = error;
}

/**
 * Answers a request of one field that was refused with the status of the refusal, and says when to come again. Clients of
 * GraphQL read the payload, and the media type that they ask for allows them nothing but 200: docs/adr/0025.
 */
export const statusPlugin: ApolloServerPlugin<GraphQLContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue, operation, response }) => {
      const refusal = refusals.getStore()?.last;
      const [field, ...others] = operation?.selectionSet.selections ?? [];
      if (!refusal || !TOLD.includes(refusal.kind) || field?.kind !== Kind.FIELD || others.length > 0) return;
      if (refusal.retryAfterMs !== undefined)
        response.http.headers.set('retry-after', String(Math.ceil(refusal.retryAfterMs / 1_000)));
      if (contextValue.request?.accepts(MEDIA_TYPES) === MEDIA_TYPES[0]) response.http.status = STATUS[refusal.kind];
    },
  }),
};
