import type { AppId, VersionId } from '@tenon/base';
import { appErrors } from '@tenon/database';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLContext } from '../auth/identity.js';
import { DEFINITION_COST, VALUE_COST } from '../graphql/cost.js';
import { JsonScalar } from '../graphql/scalars.js';
import { AppLoaders } from './app.loaders.js';
import { Draft, Version } from './app.types.js';

@Resolver(() => Draft)
export class DraftResolver {
  constructor(private readonly loaders: AppLoaders) {}

  // Read after the revision: of a draft that changes between them the definition is the newer one, so that saving over
  // it is refused instead of undoing what nobody has seen.
  @ResolveField(() => JsonScalar, { complexity: DEFINITION_COST })
  async definition(@Parent() { appId }: Draft, @Context() context: GraphQLContext): Promise<unknown> {
    const text = await this.loaders.draftText(context).load(appId as AppId);
    if (text === undefined) throw appErrors.missing('There is no such app.');
    return JSON.parse(text);
  }

  @ResolveField(() => String, {
    nullable: true,
    complexity: VALUE_COST,
    description: 'Of the plan that it compiles to; null while it has errors',
  })
  async planHash(@Parent() { appId }: Draft, @Context() context: GraphQLContext): Promise<string | null> {
    return (await this.loaders.draftHash(context).load(appId as AppId)) ?? null;
  }
}

@Resolver(() => Version)
export class VersionResolver {
  constructor(private readonly loaders: AppLoaders) {}

  @ResolveField(() => JsonScalar, { complexity: DEFINITION_COST })
  async definition(@Parent() { id }: Version, @Context() context: GraphQLContext): Promise<unknown> {
    const text = await this.loaders.versionText(context).load(id as VersionId);
    if (text === undefined) throw appErrors.missing('There is no such version.');
    return JSON.parse(text);
  }
}
