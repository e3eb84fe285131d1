import { createUnionType, Field, Int, ObjectType } from '@nestjs/graphql';
import { JsonScalar } from '../graphql/scalars.js';

/** A recorded event: each once, in order, after the number that was asked for. */
@ObjectType()
export class RunEventUpdate {
  @Field(() => Int)
  seq!: number;

  @Field()
  at!: Date;

  @Field()
  type!: string;

  @Field(() => String, { nullable: true })
  stepKey!: string | null;

  @Field(() => JsonScalar)
  payload!: unknown;
}

/** Live text of a step: keep what stands before `offset` and append. A later attempt or execution begins anew. */
@ObjectType()
export class RunTextUpdate {
  @Field()
  stepKey!: string;

  @Field(() => Int)
  attempt!: number;

  @Field(() => Int)
  execution!: number;

  @Field()
  channel!: string;

  @Field(() => Int)
  offset!: number;

  @Field()
  text!: string;
}

/** What of the answer may be shown now: keep what stands before `offset` and append, which may take text back. */
@ObjectType()
export class RunReplyUpdate {
  @Field(() => Int)
  offset!: number;

  @Field()
  text!: string;

  @Field({ description: 'The model’s reasoning instead of the answer' })
  reasoning!: boolean;
}

export const RunUpdate = createUnionType({
  name: 'RunUpdate',
  types: () => [RunEventUpdate, RunTextUpdate, RunReplyUpdate] as const,
  resolveType: (update: object) => {
    if ('seq' in update) return RunEventUpdate;
    return 'stepKey' in update ? RunTextUpdate : RunReplyUpdate;
  },
});
