import { MemberRepository, type Identity } from '@tenon/database';
import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { payload } from '../graphql/payload.js';
import { CONFIG, type ApiConfig } from '../parts.js';
import { AllowTo } from './access.guard.js';
import {
  ChangePasswordInput,
  ChangePasswordPayload,
  ResetOwnerPasswordPayload,
  SignInInput,
  SignInPayload,
  SignOutPayload,
  toViewer,
  Viewer,
} from './auth.types.js';
import { CurrentMember, SESSION_COOKIE, type GraphQLContext } from './identity.js';
import { SignInService } from './sign-in.service.js';

@Resolver()
export class AuthResolver {
  constructor(
    private readonly signIns: SignInService,
    private readonly members: MemberRepository,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  @AllowTo('anybody')
  @Query(() => Viewer, { nullable: true, description: 'Who is signed in; null for nobody' })
  viewer(@Context() { identity }: GraphQLContext): Omit<Viewer, 'appearance'> | null {
    return identity ? toViewer(identity) : null;
  }

  @AllowTo('anybody')
  @Mutation(() => SignInPayload)
  signIn(@Args('input') { email, password }: SignInInput, @Context() { request, response }: GraphQLContext) {
    const { sessionDays, publicUrl } = this.config.server;
    return payload(async () => {
      const token = await this.signIns.signIn(email, password, {
        address: request?.ip ?? '',
        client: request?.headers['user-agent'] ?? '',
        days: sessionDays,
      });
      const identity = await this.members.findIdentity(token, sessionDays);
      response?.cookie(SESSION_COOKIE, token, {
        httpOnly: true,
        sameSite: 'lax',
        secure: publicUrl.startsWith('https:'),
        maxAge: sessionDays * 86_400_000,
        path: '/',
      });
      return { viewer: identity && toViewer(identity) };
    });
  }

  @AllowTo('member')
  @Mutation(() => SignOutPayload)
  signOut(@CurrentMember() identity: Identity, @Context() { response }: GraphQLContext) {
    return payload(async () => {
      await this.signIns.signOut(identity);
      response?.clearCookie(SESSION_COOKIE, { path: '/' });
      return {};
    });
  }

  @AllowTo('member')
  @Mutation(() => ChangePasswordPayload, { description: 'Ends every other session of the member' })
  changePassword(@Args('input') { current, next }: ChangePasswordInput, @CurrentMember() identity: Identity) {
    return payload(async () => {
      await this.signIns.changePassword(identity, current, next);
      return {};
    });
  }

  @AllowTo('owner')
  @Mutation(() => ResetOwnerPasswordPayload, {
    description: 'Gives the owner a new password and ends all browser sessions; for the owner’s API token only',
  })
  resetOwnerPassword(@CurrentMember() identity: Identity) {
    return payload(async () => ({ email: identity.email, password: await this.signIns.resetPassword(identity) }));
  }
}
