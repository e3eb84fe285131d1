import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext, type GqlContextType } from '@nestjs/graphql';
import type { Identity } from '@tenon/database';
import type { Request, Response } from 'express';
import { authErrors, IdentityReader, requireIdentity, type GraphQLContext } from './identity.js';

/** Who may call an operation: anybody, members of a team within it, or owners alone. */
export type Caller = 'anybody' | 'member' | 'owner';

/** Says who may call a query, mutation, subscription or route. What says nothing is refused to everybody. */
export const AllowTo = Reflector.createDecorator<Caller>();

/**
 * Stands before every operation, and lets in whom its `AllowTo` names, before anything of the body of a route is read. A
 * route finds who it is under `response.locals.identity`.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly identities: IdentityReader,
  ) {}

  /** @throws auth.required, auth.notOwner, auth.notAllowed */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const caller = this.reflector.get(AllowTo, context.getHandler());
    if (caller === 'anybody') return true;
    if (!caller) throw authErrors.notAllowed('Nobody may call this.');
    const identity = requireIdentity(await this.identify(context));
    if (caller === 'owner' && identity.role !== 'owner')
      throw authErrors.notOwner('Only an owner of the team may do this.');
    return true;
  }

  private async identify(context: ExecutionContext): Promise<Identity | undefined> {
    if (context.getType<GqlContextType>() === 'graphql')
      return GqlExecutionContext.create(context).getContext<GraphQLContext>().identity;
    const http = context.switchToHttp();
    const identity = await this.identities.read(http.getRequest<Request>());
    http.getResponse<Response>().locals['identity'] = identity;
    return identity;
  }
}
