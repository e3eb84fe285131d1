import { decimalText } from '@tenon/base';
import type { UsageSum } from '@tenon/database';
import type { Failure as EngineFailure } from '@tenon/engine';
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

  @Field(() => String, {
    nullable: true,
    description: 'What that cost at list prices of its time, as a decimal in `currency`; null where no price is known',
  })
  totalPrice!: string | null;

  @Field()
  currency!: string;

  @Field({ description: 'Some of it has no known price: `totalPrice` is the least that it has cost' })
  isPricePartial!: boolean;
}

/** What was counted, as the record keeps it. */
export function toUsage(usage: UsageSum | null): Usage | null {
  if (!usage) return null;
  const { promptTokens, completionTokens, totalTokens } = usage;
  const nanoUsd = totalTokens === 0 ? 0 : usage.costNanoUsd;
  return {
    ...{ promptTokens, completionTokens, totalTokens },
    isEstimated: usage.isEstimated ?? false,
    totalPrice: nanoUsd === undefined ? null : decimalText(nanoUsd, 9),
    currency: 'USD',
    isPricePartial: usage.isCostPartial ?? false,
  };
}
