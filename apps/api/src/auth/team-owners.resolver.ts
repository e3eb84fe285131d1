import type { TeamId } from '@tenon/base';
import { MemberRepository } from '@tenon/database';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Team } from './auth.types.js';

/** Who can do what other members may not. A team is reached through those who belong to it alone. */
@Resolver(() => Team)
export class TeamOwnersResolver {
  constructor(private readonly members: MemberRepository) {}

  @ResolveField(() => [String], { description: 'E-mail addresses of its owners, the three oldest' })
  owners(@Parent() { id }: Team): Promise<readonly string[]> {
    return this.members.listOwners(id as TeamId);
  }
}
