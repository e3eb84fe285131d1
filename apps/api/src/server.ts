import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { Server } from 'node:http';
import { ApiModule } from './app.module.js';
import { createErrorFormatter } from './graphql/format-error.js';
import { SESSION_TIMES } from './graphql/socket-session.js';
import { serveSubscriptions } from './graphql/socket.js';
import { IdentityReader } from './auth/identity.js';
import type { Parts } from './parts.js';

/** Largest request, in bytes: an app file of 10 MiB as JSON text. */
const BODY_LIMIT = 16 * 1024 * 1024;
/** Largest request of somebody who is not signed in, in bytes. */
const OPEN_BODY_LIMIT = 64 * 1024;
/** A request that has not arrived whole after this long is dropped, in milliseconds. */
const REQUEST_MS = 60_000;

/** The API over its parts, ready to listen. */
export interface ApiServer {
  readonly app: NestExpressApplication;
  /** Ends subscriptions, then requests; clients with a subscription connect again elsewhere. */
  close(): Promise<void>;
}

/** Builds the server; it does not listen yet. @param sessionTimes  how long what was read of a socket's session counts */
export async function createServer(parts: Parts, sessionTimes = SESSION_TIMES): Promise<ApiServer> {
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.of(parts), {
    bodyParser: false,
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.use(helmet());
  app.use((request: Request, response: Response, next: NextFunction) => {
    // one spelling per route: what is authorised by its path must not have a second one
    if (/\/\/|%2e|%2f|%5c/i.test(request.path)) return void response.status(404).json({ code: 'route.missing' });
    next();
  });
  app.use(refuseLargeBodiesOfNobody(app.get(IdentityReader)));
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.enableCors({ origin: [...parts.config.server.corsOrigins], credentials: true });
  const server = app.getHttpServer() as Server;
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = 20_000;
  await app.init();
  const subscriptions = serveSubscriptions(app, createErrorFormatter(parts.logger), sessionTimes);
  return {
    app,
    close: async () => {
      await subscriptions.close();
      await app.close();
    },
  };
}

/** A large body, or one of unknown length, is read for members only. */
function refuseLargeBodiesOfNobody(identities: IdentityReader) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const length = Number(request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? Infinity : 0));
    if (length <= OPEN_BODY_LIMIT) return next();
    identities.read(request).then(
      (identity) => {
        if (identity) next();
        else response.status(413).json({ code: 'request.tooLarge', message: 'Sign in to send that much.' });
      },
      (error: unknown) => next(error),
    );
  };
}
