import type { Failure as EngineFailure, Usage as EngineUsage } from '@tenon/engine';
import { Field, Float, ObjectType } from '@nestjs/graphql';

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

/** What models charge for. Sums over runs may be more than an `Int` holds. */
@ObjectType()
export class Usage {
  @Field(() => Float)
  promptTokens!: number;

  @Field(() => Float)
  completionTokens!: number;

  @Field(() => Float)
  totalTokens!: number;

  @Field({ description: 'Some of it is counted by Tenon, because the provider did not say or cannot say any more' })
  isEstimated!: boolean;
}

/** What was counted, as the record keeps it. */
export function toUsage(usage: EngineUsage | null): Usage | null {
  return usage && { ...usage, isEstimated: usage.isEstimated ?? false };
}
