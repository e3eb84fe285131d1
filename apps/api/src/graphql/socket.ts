import { isTenonError } from '@tenon/base';
import type { Logger } from '@tenon/ports';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { NestExpressApplication } from '@nestjs/platform-express';
import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  validate,
  type DocumentNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import { LRUCache } from 'lru-cache';
import type { Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { IdentityReader, requireIdentity, type GraphQLContext } from '../auth/identity.js';
import { SessionEnds } from '../auth/session-ends.js';
import { LOGGER } from '../parts.js';
import { attachSocket, type SocketExtra } from './attach-socket.js';
import { MAX_TOKENS } from './limits.js';
import { SocketSession, type SocketTimes } from './socket-session.js';

/** Largest message a client may send, in bytes: a subscription and its variables. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** Subscriptions that one socket may have open, each with one message on its way at most. */
const MAX_OPEN = 100;
/** Close code of WebSockets for a server that ends. */
const GOING_AWAY = 1001;
/** The same for one that cannot say at this moment who connects: clients of `graphql-ws` connect again after a while. */
const TRY_AGAIN_LATER = 1013;
/** Documents that were read already: clients send the same few again and again. */
const MAX_KNOWN_DOCUMENTS = 100;

/**
 * Serves subscriptions at `/graphql` over the protocol of `graphql-ws`, for members only: whoever is nobody is
 * refused before the first message, and closed out when their session ends. Queries and mutations go over HTTP, where
 * their limits are.
 */
export function serveSubscriptions(
  app: NestExpressApplication,
  formatError: (formatted: GraphQLFormattedError, thrown: unknown) => GraphQLFormattedError,
  times: SocketTimes,
): { close(): Promise<void> } {
  const identities = app.get(IdentityReader);
  const { schema } = app.get(GraphQLSchemaHost);
  const documents = new Documents(schema);
  const logger = app.get<Logger>(LOGGER);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, handleProtocols });
  const sessions = new WeakMap<WebSocket, SocketSession>();
  const openSessions = () => [...sockets.clients].flatMap((socket) => sessions.get(socket) ?? []);
  const stopChecking = keepChecking(openSessions, times.recheckMs, logger);
  app.get(SessionEnds).listen(async (memberId) => {
    // one that is still connecting may be of the member too
    const concerned = openSessions().filter(({ identity }) => !identity || identity.memberId === memberId);
    await Promise.all(concerned.map((session) => session.check(0)));
  });
  // what has no origin is GraphQL's own word on the document
  const toFormatted = (error: GraphQLError): GraphQLFormattedError =>
    error.originalError
      ? formatError(error.toJSON(), error)
      : { ...error.toJSON(), extensions: { code: 'BAD_USER_INPUT' } };
  const protocol = makeServer<Record<string, unknown>, SocketExtra>({
    schema,
    connectionInitWaitTimeout: 5_000,
    onConnect: async ({ extra: { socket, request }, connectionParams }) => {
      const authorization = connectionParams?.['authorization'];
      const given = typeof authorization === 'string' ? authorization : undefined;
      const session = new SocketSession(
        () => identities.read(request, given),
        (code, reason) => socket.close(code, reason),
      );
      sessions.set(socket, session);
      try {
        return (await session.check(0)) !== undefined;
      } catch (error) {
        if (isTenonError(error) && error.kind === 'unavailable') socket.close(TRY_AGAIN_LATER, 'Try again later');
        else if (!isTenonError(error) || error.kind === 'internal') throw error;
        return false;
      }
    },
    onSubscribe: async ({ extra, subscriptions }, _id, { query, operationName, variables }) => {
      // those that are being begun are counted too
      if (Object.keys(subscriptions).length > MAX_OPEN)
        return [new GraphQLError(`A connection has at most ${MAX_OPEN} subscriptions; end some, or open another.`)];
      const refusal = await refuseNobody(sessions.get(extra.socket), times.freshMs);
      if (refusal) return [refusal];
      const document = documents.read(query);
      if (!('kind' in document)) return document;
      if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION)
        return [new GraphQLError('Only subscriptions are served here; send queries and mutations over HTTP.')];
      return { schema, document, operationName, variableValues: variables };
    },
    onError: (_context, _id, _payload, errors) => errors.map(toFormatted),
    // what was thrown while a subscription was begun, or by what it gives
    onNext: (_context, _id, _payload, _args, { errors, ...result }) =>
      errors && { ...result, errors: errors.map(toFormatted) },
    context: ({ extra }): GraphQLContext => ({ identity: sessions.get(extra.socket)?.identity }),
  });
  const http = app.getHttpServer() as Server;
  http.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== '/graphql') return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      attachSocket(protocol, { socket: webSocket, request }, times.pingMs, logger),
    );
  });
  return {
    close: async () => {
      stopChecking();
      for (const socket of sockets.clients) socket.close(GOING_AWAY, 'Going away');
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
    },
  };
}

/** Why nothing may be begun on a socket any more; undefined for a member. */
async function refuseNobody(session: SocketSession | undefined, freshMs: number): Promise<GraphQLError | undefined> {
  try {
    requireIdentity(await session?.check(freshMs));
    return undefined;
  } catch (error) {
    return new GraphQLError('', { originalError: error as Error });
  }
}

/** Reads who speaks on each socket again and again, one socket after the other. @returns what ends it */
function keepChecking(openSessions: () => readonly SocketSession[], everyMs: number, logger: Logger): () => void {
  let isBusy = false;
  const checkAll = async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      for (const session of openSessions()) await session.check(0);
    } catch (error) {
      // the next round finds them all again
      logger.warn({ error: String(error) }, 'the sessions of open sockets cannot be read');
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => void checkAll(), everyMs);
  return () => clearInterval(timer);
}

/** Parses and checks documents, each once while it is among the last that were sent. */
class Documents {
  private readonly known = new LRUCache<string, DocumentNode>({ max: MAX_KNOWN_DOCUMENTS });

  constructor(private readonly schema: GraphQLSchema) {}

  /** The document, or what is wrong with it. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    const known = this.known.get(text);
    if (known) return known;
    try {
      const document = parse(text, { maxTokens: MAX_TOKENS });
      const errors = validate(this.schema, document);
      if (errors.length > 0) return errors;
      this.known.set(text, document);
      return document;
    } catch (error) {
      return [error instanceof GraphQLError ? error : new GraphQLError('The document cannot be read.')];
    }
  }
}
