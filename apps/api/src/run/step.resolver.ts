import type { AttemptValue, StepValue } from '@tenon/database';
import type { Outputs } from '@tenon/engine';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLContext } from '../auth/identity.js';
import { costOfList, VALUE_COST } from '../graphql/cost.js';
import { JsonScalar } from '../graphql/scalars.js';
import { plain } from './plain.js';
import { RunLoaders } from './run.loaders.js';
import { Attempt, Step, toAttempt } from './step.types.js';

/** Executions that a step usually has at most. */
const ATTEMPTS = 2;

@Resolver(() => Step)
export class StepResolver {
  constructor(private readonly loaders: RunLoaders) {}

  @ResolveField(() => String)
  async type(@Parent() step: Step, @Context() context: GraphQLContext): Promise<string> {
    return (await this.namesOf(step, context))?.type ?? '';
  }

  @ResolveField(() => String)
  async title(@Parent() step: Step, @Context() context: GraphQLContext): Promise<string> {
    return (await this.namesOf(step, context))?.title ?? '';
  }

  @ResolveField(() => JsonScalar, {
    nullable: true,
    complexity: VALUE_COST,
    description: 'What it read, by selector',
  })
  inputs(@Parent() step: Step, @Context() context: GraphQLContext): Promise<unknown> {
    return this.readValue(step, 'inputs', context);
  }

  @ResolveField(() => JsonScalar, { nullable: true, complexity: VALUE_COST })
  outputs(@Parent() step: Step, @Context() context: GraphQLContext): Promise<unknown> {
    return this.readValue(step, 'outputs', context);
  }

  @ResolveField(() => Boolean)
  async isRecovering(@Parent() { place }: Step, @Context() context: GraphQLContext): Promise<boolean> {
    const attempts = await this.loaders.attempts(context).load(place);
    return attempts.some(({ isRecovering }) => isRecovering);
  }

  @ResolveField(() => [Attempt], {
    complexity: costOfList(ATTEMPTS),
    description: 'Executions by workers; none for a step that needed none',
  })
  async attempts(@Parent() { place }: Step, @Context() context: GraphQLContext): Promise<Attempt[]> {
    return (await this.loaders.attempts(context).load(place)).map(toAttempt);
  }

  private async namesOf({ nodeId, planHash }: Step, context: GraphQLContext) {
    return (await this.loaders.names(context).load(planHash)).get(nodeId);
  }

  private async readValue({ place }: Step, value: StepValue, context: GraphQLContext): Promise<unknown> {
    return plain((await this.loaders.stepValue(context).load({ ...place, value })) as Outputs | null);
  }
}

@Resolver(() => Attempt)
export class AttemptResolver {
  constructor(private readonly loaders: RunLoaders) {}

  @ResolveField(() => JsonScalar, { nullable: true, complexity: VALUE_COST })
  async inputs(@Parent() attempt: Attempt, @Context() context: GraphQLContext): Promise<unknown> {
    return plain((await this.readValue(attempt, 'inputs', context)) as Outputs | null);
  }

  @ResolveField(() => JsonScalar, {
    nullable: true,
    complexity: VALUE_COST,
    description: 'What was sent: the final prompt, the request',
  })
  request(@Parent() attempt: Attempt, @Context() context: GraphQLContext): Promise<unknown> {
    return this.readValue(attempt, 'request', context);
  }

  @ResolveField(() => JsonScalar, {
    nullable: true,
    complexity: VALUE_COST,
    description: 'What came back, as it came',
  })
  reply(@Parent() attempt: Attempt, @Context() context: GraphQLContext): Promise<unknown> {
    return this.readValue(attempt, 'reply', context);
  }

  @ResolveField(() => JsonScalar, { nullable: true, complexity: VALUE_COST })
  async outputs(@Parent() attempt: Attempt, @Context() context: GraphQLContext): Promise<unknown> {
    return plain((await this.readValue(attempt, 'outputs', context)) as Outputs | null);
  }

  private readValue({ place }: Attempt, value: AttemptValue, context: GraphQLContext): Promise<unknown> {
    return this.loaders.attemptValue(context).load({ ...place, value });
  }
}
