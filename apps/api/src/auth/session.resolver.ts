import type { SessionId } from '@tenon/base';
import type { Identity } from '@tenon/database';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { costOfList } from '../graphql/cost.js';
import { idFrom } from '../graphql/id.js';
import { payload } from '../graphql/payload.js';
import { AllowTo } from './access.guard.js';
import { CurrentMember } from './identity.js';
import { EndOtherSessionsPayload, EndSessionInput, EndSessionPayload, Session, toSession } from './session.types.js';
import { SignInService } from './sign-in.service.js';

/** Sessions that a member usually has at most. */
const SESSIONS = 20;

@Resolver()
export class SessionResolver {
  constructor(private readonly signIns: SignInService) {}

  @AllowTo('member')
  @Query(() => [Session], {
    complexity: costOfList(SESSIONS),
    description: 'Where the member is signed in, and their API tokens: the hundred that were used last',
  })
  async sessions(@CurrentMember() identity: Identity): Promise<Session[]> {
    return (await this.signIns.listSessions(identity)).map(toSession);
  }

  @AllowTo('member')
  @Mutation(() => EndSessionPayload, { description: 'Signs a browser of the member out, or revokes an API token' })
  endSession(@Args('input') { sessionId }: EndSessionInput, @CurrentMember() identity: Identity) {
    return payload(async () => {
      await this.signIns.endSession(identity, idFrom<SessionId>(sessionId));
      return { endedSessionId: sessionId };
    });
  }

  @AllowTo('member')
  @Mutation(() => EndOtherSessionsPayload, {
    description: 'Signs every browser of the member out but the one that asks; API tokens stay',
  })
  endOtherSessions(@CurrentMember() identity: Identity) {
    return payload(async () => ({ endedCount: await this.signIns.endOtherSessions(identity) }));
  }
}
