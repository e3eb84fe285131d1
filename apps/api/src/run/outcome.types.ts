import type { Failure as EngineFailure } from '@tenon/engine';
import { Field, Int, ObjectType } from '@nestjs/graphql';

/** Why a step or a run failed. */
@ObjectType()
export class Failure {
  @Field()
  code!: string;

  @Field({ description: 'The name the app format gives it' })
  type!: string;

  @Field()
  message!: string;

  @Field(() => String, { nullable: true })
  stepKey!: string | null;
}

/** A failure as the record keeps it; with `stepKey` where it is the run's. */
export function toFailure(failure: (EngineFailure & { stepKey?: string }) | null): Failure | null {
  if (!failure) return null;
  const { code, type, message, stepKey } = failure;
  return { code, type, message, stepKey: stepKey ?? null };
}

/** What models charge for. */
@ObjectType()
export class Usage {
  @Field(() => Int)
  promptTokens!: number;

  @Field(() => Int)
  completionTokens!: number;

  @Field(() => Int)
  totalTokens!: number;
}
