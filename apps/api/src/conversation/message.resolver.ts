import type { RunId } from '@tenon/base';
import { RunRepository, type Identity } from '@tenon/database';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentMember } from '../auth/identity.js';
import { RunUpdates } from '../run/run-updates.js';
import { Message, MessageStatus } from './conversation.types.js';

@Resolver(() => Message)
export class MessageResolver {
  constructor(
    private readonly runs: RunRepository,
    private readonly updates: RunUpdates,
  ) {}

  @ResolveField(() => String, { nullable: true, description: 'As `Run.answer`' })
  async answer(
    @Parent() { runId, status, wholeAnswer }: Message,
    @CurrentMember() member: Identity,
  ): Promise<string | null> {
    if (wholeAnswer !== null || status === MessageStatus.RUNNING) return wholeAnswer;
    const run = await this.runs.find(member.teamId, runId as RunId);
    return run ? this.updates.readShown(member, run) : null;
  }
}
