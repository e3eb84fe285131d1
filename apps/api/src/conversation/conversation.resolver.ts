import type { AppId, ConversationId } from '@tenon/base';
import { ConversationRepository, type Identity, type MessageRecord } from '@tenon/database';
import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AllowTo } from '../auth/access.guard.js';
import { CurrentMember, type GraphQLContext } from '../auth/identity.js';
import { batched, rowsPerKey, type Batched } from '../graphql/batched.js';
import { loadPage, PageArgs } from '../graphql/connection.js';
import { costOfList } from '../graphql/cost.js';
import { idFrom } from '../graphql/id.js';
import { Conversation, ConversationConnection, Message, toConversation, toMessage } from './conversation.types.js';

/** The newest rounds that a thread shows. */
const MESSAGES = 100;

@Resolver(() => Conversation)
export class ConversationResolver {
  private readonly messagesOf: Batched<ConversationId, MessageRecord[]>;

  constructor(private readonly conversations: ConversationRepository) {
    this.messagesOf = batched(async (teamId, ids) =>
      rowsPerKey(ids, await conversations.listMessages(teamId, ids, MESSAGES), (row) => row.conversationId),
    );
  }

  @AllowTo('member')
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

  @AllowTo('member')
  @Query(() => Conversation, { name: 'conversation', nullable: true })
  async findConversation(@Args('id', { type: () => ID }) id: string, @CurrentMember() { teamId }: Identity) {
    const conversation = await this.conversations.find(teamId, idFrom<ConversationId>(id));
    return conversation ? toConversation(conversation) : null;
  }

  @ResolveField(() => [Message], { complexity: costOfList(MESSAGES), description: 'The newest hundred, oldest first' })
  async messages(@Parent() { id }: Conversation, @Context() context: GraphQLContext): Promise<Message[]> {
    return (await this.messagesOf(context).load(id as ConversationId)).map(toMessage);
  }
}
