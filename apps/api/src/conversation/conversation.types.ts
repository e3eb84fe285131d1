import type { ConversationRecord, MessageRecord } from '@tenon/database';
import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { connectionOf } from '../graphql/connection.js';

export enum MessageStatus {
  RUNNING = 'running',
  ANSWERED = 'answered',
  FAILED = 'failed',
  STOPPED = 'stopped',
}
registerEnumType(MessageStatus, { name: 'MessageStatus' });

/** One round of a conversation. */
@ObjectType()
export class Message {
  @Field(() => ID)
  runId!: string;

  @Field()
  query!: string;

  /** Null where the run ended before it was whole. */
  wholeAnswer!: string | null;

  @Field(() => MessageStatus)
  status!: MessageStatus;

  @Field()
  createdAt!: Date;
}

export function toMessage(record: MessageRecord): Message {
  const { answer, status, ...rest } = record;
  return { ...rest, wholeAnswer: answer, status: status as MessageStatus };
}

@ObjectType()
export class Conversation {
  @Field(() => ID)
  id!: string;

  @Field(() => ID)
  appId!: string;

  @Field()
  name!: string;

  @Field()
  createdAt!: Date;
}
export const ConversationConnection = connectionOf(Conversation);

export function toConversation(record: ConversationRecord): Conversation {
  return { ...record };
}
