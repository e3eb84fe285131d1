import { HttpException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { IdentityReader } from './identity.js';

/**
 * Lets members of teams into a REST route, before anything of the body is read; the route finds who it is under
 * `response.locals.identity`.
 */
@Injectable()
export class MemberGuard implements CanActivate {
  constructor(private readonly identities: IdentityReader) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const identity = await this.identities.read(http.getRequest<Request>());
    if (!identity) throw new HttpException({ code: 'auth.required', message: 'Sign in first.' }, 401);
    http.getResponse<Response>().locals['identity'] = identity;
    return true;
  }
}
