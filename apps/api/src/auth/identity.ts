import { defineErrors } from '@tenon/base';
import { MemberRepository, type Identity } from '@tenon/database';
import { createParamDecorator, Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { Request, Response } from 'express';
import type { IncomingMessage } from 'node:http';
import { CONFIG, type ApiConfig } from '../parts.js';

/** Failures of finding out who asks. */
export const authErrors = defineErrors('auth', {
  required: 'denied',
  notOwner: 'denied',
  notAllowed: 'denied',
  foreignOrigin: 'denied',
  ambiguous: 'invalid',
  wrongCredentials: 'invalid',
  tooManyTries: 'limited',
  weakPassword: 'invalid',
  ownerTokenNeeded: 'denied',
});

export const SESSION_COOKIE = 'tenon_session';

/** Other schemes are for proxies before us. */
const BEARER = /^Bearer\b/i;
const TOKEN = /^Bearer (\S{16,512})$/i;

/** What every resolver can see of its request. */
export interface GraphQLContext {
  readonly identity: Identity | undefined;
  /** Absent on subscriptions. */
  readonly request?: Request;
  readonly response?: Response;
}

/** Finds out who asks, from a bearer token or the session cookie. */
@Injectable()
export class IdentityReader {
  private readonly origins: ReadonlySet<string>;

  constructor(
    private readonly members: MemberRepository,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {
    this.origins = new Set([config.server.publicUrl, ...config.server.corsOrigins].map((url) => new URL(url).origin));
  }

  /**
   * Who a request is from; undefined for nobody. A cookie counts only from our own pages: a browser says where a
   * request comes from, and other sites' pages must not speak for whoever is signed in. Nothing stands in for a token
   * that is given and wrong.
   * @param authorization  the header, or what a socket gave in its place
   * @throws auth.foreignOrigin, auth.ambiguous
   */
  async read(request: IncomingMessage, authorization = request.headers.authorization): Promise<Identity | undefined> {
    if ((request.headersDistinct['authorization']?.length ?? 0) > 1)
      throw authErrors.ambiguous('Send one Authorization header, not several.');
    if (authorization !== undefined && BEARER.test(authorization)) {
      const token = TOKEN.exec(authorization)?.[1];
      return token ? this.members.findIdentity(token, this.config.server.sessionDays) : undefined;
    }
    const cookie = readCookie(request.headers.cookie, SESSION_COOKIE);
    if (!cookie) return undefined;
    const origin = request.headers.origin;
    if (origin !== undefined && !this.isOurs(origin, request.headers.host))
      throw authErrors.foreignOrigin(
        `Pages of ${origin} may not call this API; add it to TENON_CORS_ORIGINS if they should.`,
      );
    return this.members.findIdentity(cookie, this.config.server.sessionDays);
  }

  /** Our public address, one the operator allows, or the very host that was asked. */
  private isOurs(origin: string, host: string | undefined): boolean {
    return this.origins.has(origin) || (URL.canParse(origin) && new URL(origin).host === host);
  }
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value) return value;
  }
  return undefined;
}

/** The member who asks. @throws auth.required */
export const CurrentMember = createParamDecorator((_: unknown, execution: ExecutionContext): Identity => {
  const { identity } = GqlExecutionContext.create(execution).getContext<GraphQLContext>();
  return requireIdentity(identity);
});

/** @throws auth.required */
export function requireIdentity(identity: Identity | undefined): Identity {
  if (!identity) throw authErrors.required('Sign in first.');
  return identity;
}
