import type { AppId, VersionId } from '@tenon/base';
import { AppRepository, appErrors, type Identity } from '@tenon/database';
import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AllowTo } from '../auth/access.guard.js';
import { CurrentMember, type GraphQLContext } from '../auth/identity.js';
import { loadPage, PageArgs } from '../graphql/connection.js';
import { costOfList, DEFINITION_COST } from '../graphql/cost.js';
import { idFrom } from '../graphql/id.js';
import { payload } from '../graphql/payload.js';
import { searchText } from '../graphql/search-text.js';
import { toUsage } from '../run/outcome.types.js';
import { AppLoaders, USAGE_DAYS } from './app.loaders.js';
import { AppService, type Taken } from './app.service.js';
import { definitionErrors } from './definition-errors.js';
import {
  App,
  AppConnection,
  AppFilter,
  AppInput,
  AppUsage,
  DeleteAppPayload,
  Draft,
  ImportAppInput,
  ImportAppPayload,
  Issue,
  PublishAppPayload,
  SaveDraftInput,
  SaveDraftPayload,
  toApp,
  toDraft,
  toIssue,
  toVersion,
  Version,
  VersionConnection,
} from './app.types.js';

const RECENT = 6;
const MAX_RECENT = 20;
/** Issues that a draft usually has at most. */
const ISSUES = 20;

@Resolver(() => App)
export class AppResolver {
  constructor(
    private readonly apps: AppRepository,
    private readonly service: AppService,
    private readonly loaders: AppLoaders,
  ) {}

  @AllowTo('member')
  @Query(() => AppConnection, { name: 'apps', description: 'The team’s apps, newest first' })
  listApps(
    @Args() page: PageArgs,
    @Args('filter', { type: () => AppFilter, nullable: true }) filter: AppFilter | null,
    @CurrentMember() { teamId }: Identity,
  ) {
    const words = searchText(filter?.text)?.split(/\s+/).filter(Boolean);
    return loadPage(page, (part: { first: number; after?: AppId }) => this.apps.list(teamId, part, words), toApp);
  }

  @AllowTo('member')
  @Query(() => [App], {
    complexity: ({ args, childComplexity }) => 1 + Number(args['first']) * childComplexity,
    description: 'The team’s apps that were changed or run last, the last first',
  })
  async recentApps(
    @Args('first', { type: () => Int, defaultValue: RECENT, description: `1 to ${MAX_RECENT}` }) first: number,
    @CurrentMember() { teamId }: Identity,
  ): Promise<App[]> {
    const apps = await this.apps.listRecent(teamId, Math.max(1, Math.min(MAX_RECENT, first)));
    return apps.map(toApp);
  }

  @AllowTo('member')
  @Query(() => App, { name: 'app', nullable: true })
  async findApp(@Args('id', { type: () => ID }) id: string, @CurrentMember() { teamId }: Identity) {
    const app = await this.apps.find(teamId, idFrom<AppId>(id));
    return app ? toApp(app) : null;
  }

  @ResolveField(() => Draft)
  async draft(@Parent() app: App, @Context() context: GraphQLContext): Promise<Draft> {
    return toDraft(found(await this.loaders.draft(context).load(app.id as AppId)));
  }

  @ResolveField(() => [Issue], { complexity: costOfList(ISSUES), description: 'What publishing the draft would say' })
  async issues(@Parent() app: App, @Context() context: GraphQLContext): Promise<Issue[]> {
    return found(await this.loaders.issues(context).load(app.id as AppId)).map(toIssue);
  }

  @ResolveField(() => String, { complexity: DEFINITION_COST, description: 'The draft as an app file, without secrets' })
  async export(@Parent() app: App, @Context() context: GraphQLContext): Promise<string> {
    return found(await this.loaders.exported(context).load(app.id as AppId));
  }

  @ResolveField(() => Version, { nullable: true, description: 'The version that callers get' })
  async liveVersion(@Parent() app: App, @Context() context: GraphQLContext): Promise<Version | null> {
    if (!app.liveVersionId) return null;
    const version = await this.loaders.version(context).load(app.liveVersionId as VersionId);
    return version ? toVersion(version) : null;
  }

  @ResolveField(() => AppUsage, { description: 'What its runs have cost lately' })
  async recentUsage(@Parent() app: App, @Context() context: GraphQLContext): Promise<AppUsage> {
    const { calls = 0, usage = null } = (await this.loaders.usage(context).load(app.id as AppId)) ?? {};
    return { days: USAGE_DAYS, calls, usage: toUsage(usage) };
  }

  @ResolveField(() => VersionConnection)
  versions(@Parent() app: App, @Args() page: PageArgs, @Context() context: GraphQLContext) {
    const load = (part: { first: number; after?: VersionId }) =>
      this.loaders.versions(context).load({ appId: app.id as AppId, ...part });
    return loadPage(page, load, toVersion);
  }

  @AllowTo('member')
  @Mutation(() => ImportAppPayload, { description: 'Takes in an app file as a new app or as the draft of one' })
  async importApp(
    @Args('input') { content, appId, name, models }: ImportAppInput,
    @CurrentMember() identity: Identity,
  ) {
    return withIssues(
      () =>
        this.service.importApp(identity, {
          content,
          ...(appId && { appId: idFrom<AppId>(appId) }),
          ...(name && { name }),
          models,
        }),
      (app) => ({ app: toApp(app) }),
      () => definitionErrors.unreadable('The file cannot be taken in; see the issues.'),
    );
  }

  @AllowTo('member')
  @Mutation(() => SaveDraftPayload)
  saveDraft(@Args('input') { appId, definition, revision }: SaveDraftInput, @CurrentMember() identity: Identity) {
    return withIssues(
      () => this.service.saveDraft(identity, { appId: idFrom<AppId>(appId), definition, revision }),
      (draft) => ({ draft: toDraft(draft) }),
      () => definitionErrors.unreadable('The definition cannot be read; see the issues.'),
    );
  }

  @AllowTo('member')
  @Mutation(() => PublishAppPayload, { description: 'Freezes the draft as the next version and makes it live' })
  publishApp(@Args('input') { appId }: AppInput, @CurrentMember() identity: Identity) {
    return withIssues(
      () => this.service.publish(identity, idFrom<AppId>(appId)),
      (version) => ({ version: toVersion(version) }),
      () => definitionErrors.hasErrors('The draft has errors; correct them and publish again.'),
    );
  }

  @AllowTo('member')
  @Mutation(() => DeleteAppPayload, { description: 'Removes an app with its versions, conversations and runs' })
  deleteApp(@Args('input') { appId }: AppInput, @CurrentMember() { teamId }: Identity) {
    return payload(async () => {
      await this.service.remove(teamId, idFrom<AppId>(appId));
      return { deletedAppId: appId };
    });
  }
}

/** What was loaded of an app. @throws app.missing when it was deleted meanwhile */
function found<T>(loaded: T | undefined): T {
  if (loaded === undefined) throw appErrors.missing('There is no such app.');
  return loaded;
}

/** A payload whose issues are told whether or not the definition was taken. */
async function withIssues<T, Fields extends object>(
  work: () => Promise<Taken<T>>,
  toFields: (value: T) => Fields,
  refusal: () => Error,
) {
  let issues: Issue[] = [];
  const fields = await payload(async () => {
    const taken = await work();
    issues = taken.issues.map(toIssue);
    if (!taken.ok) throw refusal();
    return toFields(taken.value);
  });
  return { ...fields, issues };
}
