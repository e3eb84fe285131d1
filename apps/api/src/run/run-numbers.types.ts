import type { RunNumbers as Counted } from '@tenon/database';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { toUsage, Usage } from './outcome.types.js';

/** What the runs of a team came to in a time. */
@ObjectType()
export class RunNumbers {
  @Field(() => Int)
  runs!: number;

  @Field(() => Int)
  failed!: number;

  @Field(() => Usage, { nullable: true, description: 'Of those that have ended' })
  usage!: Usage | null;
}

export function toRunNumbers({ runs, failed, usage }: Counted): RunNumbers {
  return { runs, failed, usage: toUsage(usage) };
}
