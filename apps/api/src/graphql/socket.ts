import type { Identity } from '@tenon/database';
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
import { useServer } from 'graphql-ws/use/ws';
import type { Server } from 'node:http';
import { WebSocketServer } from 'ws';
import { IdentityReader, type GraphQLContext } from '../auth/identity.js';

/** Largest message a client may send, in bytes: a subscription and its variables. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** Documents that were read already: clients send the same few again and again. */
const MAX_KNOWN_DOCUMENTS = 100;

type SocketExtra = Record<PropertyKey, unknown> & { identity?: Identity };

/**
 * Serves subscriptions at `/graphql` over the protocol of `graphql-ws`, for members only: whoever is nobody is
 * refused before the first message. Queries and mutations go over HTTP, where their limits are.
 */
export function serveSubscriptions(
  app: NestExpressApplication,
  formatError: (formatted: GraphQLFormattedError, thrown: unknown) => GraphQLFormattedError,
): { close(): Promise<void> } {
  const identities = app.get(IdentityReader);
  const { schema } = app.get(GraphQLSchemaHost);
  const documents = new Documents(schema);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  // what has no origin is GraphQL's own word on the document
  const toFormatted = (error: GraphQLError): GraphQLFormattedError =>
    error.originalError
      ? formatError(error.toJSON(), error)
      : { ...error.toJSON(), extensions: { code: 'BAD_USER_INPUT' } };
  const server = useServer<Record<string, unknown>, SocketExtra>(
    {
      schema,
      connectionInitWaitTimeout: 5_000,
      onConnect: async ({ extra, connectionParams }) => {
        const authorization = connectionParams?.['authorization'];
        const given = typeof authorization === 'string' ? authorization : undefined;
        const identity = await identities.read(extra.request, given).catch(() => undefined);
        if (!identity) return false;
        extra.identity = identity;
        return true;
      },
      onSubscribe: (_context, _id, { query, operationName, variables }) => {
        const document = documents.read(query);
        if (!('kind' in document)) return document;
        if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION)
          return [new GraphQLError('Only subscriptions are served here; send queries and mutations over HTTP.')];
        return { schema, document, operationName, variableValues: variables };
      },
      onError: (_context, _id, _payload, errors) => errors.map(toFormatted),
      context: ({ extra }): GraphQLContext => ({ identity: extra.identity }),
    },
    sockets,
  );
  const http = app.getHttpServer() as Server;
  http.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== '/graphql') return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  });
  return { close: async () => void (await server.dispose()) };
}

/** Parses and checks documents, each once while it is among the last that were sent. */
class Documents {
  private readonly known = new Map<string, DocumentNode>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** The document, or what is wrong with it. */
  read(text: string): DocumentNode | readonly GraphQLError[] {
    const known = this.known.get(text);
    if (known) return known;
    try {
      const document = parse(text);
      const errors = validate(this.schema, document);
      if (errors.length > 0) return errors;
      if (this.known.size === MAX_KNOWN_DOCUMENTS) this.known.delete(this.known.keys().next().value as string);
      this.known.set(text, document);
      return document;
    } catch (error) {
      return [error instanceof GraphQLError ? error : new GraphQLError('The document cannot be read.')];
    }
  }
}
