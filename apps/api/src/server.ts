import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import type { Server } from 'node:http';
import { ApiModule } from './app.module.js';
import { IdentityReader } from './auth/identity.js';
import { forwardNestTo } from './framework-loggers.js';
import { createErrorFormatter } from './graphql/format-error.js';
import { noteRefusals } from './graphql/http-status.js';
import { SOCKET_TIMES, type SocketTimes } from './graphql/socket-session.js';
import { serveSubscriptions } from './graphql/socket.js';
import { BODY_LIMIT, createBodyGate, waitForRoom } from './http/body-limit.js';
import { parseJsonBody } from './http/json-body.js';
import { refuseOtherSpellings } from './http/one-spelling.js';
import { nameRequests } from './http/request-id.js';
import { securityHeaders } from './http/security-headers.js';
import { isHttps, type ApiConfig, type Parts } from './parts.js';

/** How long the server is patient, in milliseconds. */
export interface ServerTimes extends SocketTimes {
  /** A request whose headers have not arrived after this long is dropped. */
  readonly headersMs: number;
  /** A request that has not arrived whole after this long is dropped. */
  readonly requestMs: number;
  /** A large body that finds no room for this long is refused. */
  readonly roomMs: number;
  /** How often late requests are looked for. */
  readonly lateMs: number;
  /** A connection on which nothing moves for this long is closed; subscriptions have their own, `pingMs`. */
  readonly silentMs: number;
}

const TIMES: ServerTimes = {
  ...SOCKET_TIMES,
  headersMs: 20_000,
  requestMs: 60_000,
  roomMs: 10_000,
  lateMs: 5_000,
  silentMs: 120_000,
};

/** The API over its parts, ready to listen. */
export interface ApiServer {
  readonly app: NestExpressApplication;
  /** Ends subscriptions, then requests; clients with a subscription connect again elsewhere. */
  close(): Promise<void>;
}

/** Builds the server; it does not listen yet. @param times  other patience than usual */
export async function createServer(parts: Parts, times: Partial<ServerTimes> = {}): Promise<ApiServer> {
  const allTimes = { ...TIMES, ...times };
  const adapter = new ExpressAdapter(createExpress(parts.config));
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.of(parts), adapter, {
    bodyParser: false,
    logger: forwardNestTo(parts.logger),
    abortOnError: false,
  });
  app.use(nameRequests(parts.logger));
  app.use(noteRefusals);
  app.use(securityHeaders(isHttps(parts.config)));
  app.use(refuseOtherSpellings);
  if (parts.pages) app.use(parts.pages.files);
  const gate = createBodyGate(app.get(IdentityReader), allTimes.roomMs);
  app.use(waitForRoom(gate, parts.bodies.bytes));
  // a small body that inflates would get past every limit on its length
  app.useBodyParser('raw', { type: 'application/json', limit: BODY_LIMIT, inflate: false });
  app.use(parseJsonBody(gate, parts.bodies.values));
  app.enableCors({ origin: parts.config.server.corsOrigins.map((url) => new URL(url).origin), credentials: true });
  setTimes(app.getHttpServer() as Server, allTimes);
  await app.init();
  const subscriptions = serveSubscriptions(app, createErrorFormatter(parts.logger), allTimes);
  return {
    app,
    close: async () => {
      await subscriptions.close();
      await app.close();
    },
  };
}

function createExpress({ server }: ApiConfig) {
  const application = express();
  application.disable('x-powered-by');
  application.set('case sensitive routing', true);
  application.set('strict routing', true);
  // what proxies say of a caller's address is believed of these alone
  application.set('trust proxy', [...server.trustedProxies]);
  return application;
}

function setTimes(server: Server, { headersMs, requestMs, lateMs, silentMs }: ServerTimes): void {
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.timeout = silentMs;
  // an option of createServer, which Nest calls; Node reads it when the server begins to listen
  Object.assign(server, { connectionsCheckingInterval: lateMs });
}
