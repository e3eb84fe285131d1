import type { AppId, ConversationId } from '@tenon/base';
import { ConversationRepository, type Identity } from '@tenon/database';
import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentMember } from '../auth/identity.js';
import { loadPage, PageArgs } from '../graphql/connection.js';
import { idFrom } from '../graphql/id.js';
import { Conversation, ConversationConnection, Message, toConversation, toMessage } from './conversation.types.js';

/** The newest rounds that a thread shows. */
const MESSAGES = 100;

@Resolver(() => Conversation)
export class ConversationResolver {
  constructor(private readonly conversations: ConversationRepository) {}

  @Query(() => ConversationConnection, { name: 'conversations', description: 'Threads of an app, newest first' })
  listConversations(
    @Args('appId', { type: () => ID }) appId: string,
    @Args() page: PageArgs,
    @CurrentMember() { teamId }: Identity,
  ) {
    const load = (part: { first: number; after?: ConversationId }) =>
      this.conversations.list(teamId, idFrom<AppId>(appId), part);
    return loadPage(page, load, toConversation);
  }

  @Query(() => Conversation, { name: 'conversation', nullable: true })
  async findConversation(@Args('id', { type: () => ID }) id: string, @CurrentMember() { teamId }: Identity) {
    const conversation = await this.conversations.find(teamId, idFrom<ConversationId>(id));
    return conversation ? toConversation(conversation) : null;
  }

  @ResolveField(() => [Message], { description: 'The newest hundred, oldest first' })
  async messages(@Parent() { id }: Conversation, @CurrentMember() { teamId }: Identity): Promise<Message[]> {
    return (await this.conversations.listMessages(teamId, id as ConversationId, MESSAGES)).map(toMessage);
  }
}
