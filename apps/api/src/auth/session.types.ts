import type { SessionRecord } from '@tenon/database';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Payload } from '../graphql/payload.js';

export enum SessionKind {
  BROWSER = 'browser',
  TOKEN = 'token',
}
registerEnumType(SessionKind, { name: 'SessionKind' });

/** A browser that is signed in, or an API token. */
@ObjectType()
export class Session {
  @Field(() => ID)
  id!: string;

  @Field(() => SessionKind)
  kind!: SessionKind;

  @Field({ description: 'Of an API token' })
  name!: string;

  @Field({ description: 'What the browser called itself when it signed in' })
  client!: string;

  @Field({ description: 'The one that asks' })
  isCurrent!: boolean;

  @Field()
  createdAt!: Date;

  @Field({ description: 'Within five minutes' })
  usedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ends without use; null for never' })
  expiresAt!: Date | null;
}

export function toSession({ kind, ...record }: SessionRecord): Session {
  return { ...record, kind: kind as SessionKind };
}

@InputType()
export class EndSessionInput {
  @Field(() => ID)
  sessionId!: string;
}

@ObjectType()
export class EndSessionPayload extends Payload {
  @Field(() => ID, { nullable: true })
  endedSessionId?: string;
}

@ObjectType()
export class EndOtherSessionsPayload extends Payload {
  @Field(() => Int, { nullable: true })
  endedCount?: number;
}
