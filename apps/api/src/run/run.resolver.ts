import type { AppId, ConversationId, RunId, VersionId } from '@tenon/base';
import { countRuns, HistoryRepository, readAnswer, RunRepository, type Database, type Identity } from '@tenon/database';
import type { ObjectStore } from '@tenon/ports';
import { Inject } from '@nestjs/common';
import { DATABASE, OBJECTS } from '../parts.js';
import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { AppLoaders } from '../app/app.loaders.js';
import { App, toApp, toVersion, Version } from '../app/app.types.js';
import { AllowTo } from '../auth/access.guard.js';
import { CurrentMember, requireIdentity, type GraphQLContext } from '../auth/identity.js';
import { loadPage, PageArgs } from '../graphql/connection.js';
import { costOfList, DEFINITION_COST, VALUE_COST } from '../graphql/cost.js';
import { idFrom } from '../graphql/id.js';
import { payload } from '../graphql/payload.js';
import { JsonScalar } from '../graphql/scalars.js';
import { searchText } from '../graphql/search-text.js';
import { checkStart } from './check-start.js';
import { toEventUpdate } from './follower.js';
import { RunNumbers, toRunNumbers } from './run-numbers.types.js';
import { RunLoaders } from './run.loaders.js';
import { RunService } from './run.service.js';
import { RunEventUpdate, RunUpdate } from './run-update.types.js';
import { RunUpdates } from './run-updates.js';
import {
  Run,
  RunAttention,
  RunConnection,
  RunFilter,
  RunPayload,
  StartRunInput,
  StopRunInput,
  toRun,
} from './run.types.js';
import { Step, toStep } from './step.types.js';

/** Runs are counted for a week at most, in milliseconds; all of them are read. */
const NUMBERS_MS = 7 * 86_400_000;
const NUMBERS_COST = 50;
/** Events that are read at once, and their bytes. */
const EVENTS_AT_ONCE = 500;
const EVENT_BYTES = 4 * 1024 * 1024;
/** Steps that a run usually has at most. */
const STEPS = 50;

/** The later one of the moments from which a filter wants runs. */
function beginOf(filter: RunFilter | null): Date | undefined {
  const begins = [filter?.createdFrom?.getTime() ?? [], secondsAgo(filter?.createdWithinSeconds) ?? []].flat();
  return begins.length > 0 ? new Date(Math.max(...begins)) : undefined;
}

/** A browser's clock may be wrong, and its time goes on: how long ago is counted here. */
function secondsAgo(seconds: number | null | undefined): number | undefined {
  return seconds == null ? undefined : Date.now() - seconds * 1_000;
}

@Resolver(() => Run)
export class RunResolver {
  constructor(
    private readonly service: RunService,
    private readonly runs: RunRepository,
    private readonly history: HistoryRepository,
    private readonly loaders: RunLoaders,
    private readonly appLoaders: AppLoaders,
    private readonly updates: RunUpdates,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  @AllowTo('member')
  @Query(() => RunConnection, { name: 'runs', description: 'The team’s runs, newest first' })
  listRuns(
    @Args() page: PageArgs,
    @Args('filter', { type: () => RunFilter, nullable: true }) filter: RunFilter | null,
    @CurrentMember() { teamId }: Identity,
  ) {
    const text = searchText(filter?.text);
    const createdFrom = beginOf(filter);
    const wanted = {
      ...(filter?.appId && { appId: idFrom<AppId>(filter.appId) }),
      ...(filter?.conversationId && { conversationId: idFrom<ConversationId>(filter.conversationId) }),
      ...(filter?.statuses && { statuses: filter.statuses }),
      ...(createdFrom && { createdFrom }),
      ...(filter?.createdBefore && { createdBefore: filter.createdBefore }),
      ...(text && { text }),
    };
    return loadPage(page, (part: { first: number; after?: RunId }) => this.runs.list(teamId, wanted, part), toRun);
  }

  @AllowTo('member')
  @Query(() => Run, { name: 'run', nullable: true })
  async findRun(@Args('id', { type: () => ID }) id: string, @CurrentMember() { teamId }: Identity) {
    const run = await this.runs.find(teamId, idFrom<RunId>(id));
    return run ? toRun(run) : null;
  }

  @AllowTo('member')
  @Query(() => RunNumbers, { complexity: NUMBERS_COST, description: 'What the team’s runs came to since then' })
  async runNumbers(
    @Args('since', { description: 'A week ago at most' }) since: Date,
    @CurrentMember() { teamId }: Identity,
  ): Promise<RunNumbers> {
    const earliest = Date.now() - NUMBERS_MS;
    return toRunNumbers(await countRuns(this.database, teamId, new Date(Math.max(since.getTime(), earliest))));
  }

  @ResolveField(() => App)
  async app(@Parent() run: Run, @Context() context: GraphQLContext) {
    const app = await this.appLoaders.app(context).load(run.record.appId);
    return app && toApp(app);
  }

  @ResolveField(() => Version, { nullable: true, description: 'Null for a run of the draft' })
  async version(@Parent() { record }: Run, @Context() context: GraphQLContext) {
    if (!record.versionId) return null;
    const version = await this.appLoaders.version(context).load(record.versionId);
    return version ? toVersion(version) : null;
  }

  @ResolveField(() => JsonScalar, {
    complexity: DEFINITION_COST,
    nullable: true,
    description: 'Of its version; for a run of the draft, the draft as it is now',
  })
  async definition(@Parent() { record }: Run, @Context() context: GraphQLContext): Promise<unknown> {
    const text = record.versionId
      ? await this.appLoaders.versionText(context).load(record.versionId)
      : await this.appLoaders.draftText(context).load(record.appId);
    return text === undefined ? null : JSON.parse(text);
  }

  @ResolveField(() => String, {
    nullable: true,
    complexity: VALUE_COST,
    description: 'The answer of a chatflow, whole; of a run that ended before that, what had come of it',
  })
  async answer(@Parent() { record }: Run, @Context() { identity }: GraphQLContext): Promise<string | null> {
    const answer = record.outputs?.['answer'];
    if (answer !== undefined) return readAnswer(this.objects, answer);
    return this.updates.readShown(requireIdentity(identity), record);
  }

  @ResolveField(() => String, { nullable: true, description: 'Why a queued run has not started' })
  waitingFor(@Parent() { record }: Run, @Context() context: GraphQLContext) {
    return this.loaders.waitingFor(context).load(record);
  }

  @ResolveField(() => Boolean, { description: 'A step’s worker has not been heard of for three seconds' })
  async isRecovering(@Parent() run: Run, @Context() context: GraphQLContext): Promise<boolean> {
    return (await this.recoveringSteps(run, context)).length > 0;
  }

  @ResolveField(() => [String], { description: 'Keys of the steps of which that is so' })
  async recoveringSteps(@Parent() { record }: Run, @Context() context: GraphQLContext): Promise<string[]> {
    return record.finishedAt ? [] : this.loaders.recoveringSteps(context).load(record.id);
  }

  @ResolveField(() => Boolean, {
    description: 'It has ended, and all of its steps have recorded what they said and used',
  })
  async isSettled(@Parent() { record }: Run, @Context() context: GraphQLContext): Promise<boolean> {
    return record.finishedAt !== null && !(await this.loaders.isAtWork(context).load(record.id));
  }

  @ResolveField(() => RunAttention, {
    nullable: true,
    description: 'Why a run that is under way cannot go on; null as soon as it does',
  })
  needsAttention(@Parent() { record }: Run, @Context() context: GraphQLContext) {
    return record.finishedAt ? null : this.loaders.attention(context).load(record.id);
  }

  @ResolveField(() => [Step], {
    complexity: costOfList(STEPS),
    description: 'In the order in which they were first heard of; of those with `keys`, where they are given',
  })
  async steps(
    @Parent() { record }: Run,
    @Args('keys', { type: () => [String], nullable: true }) keys: readonly string[] | null,
    @Context() context: GraphQLContext,
  ): Promise<Step[]> {
    const steps = await this.loaders.steps(context).load({ runId: record.id, keys: keys ?? undefined });
    return steps.map((step) => toStep(step, record.planHash));
  }

  @ResolveField(() => [RunEventUpdate], {
    complexity: costOfList(STEPS),
    description: `Recorded events in their order, at most ${EVENTS_AT_ONCE}: for those whom \`runEvents\` does not reach`,
  })
  async events(
    @Parent() { record }: Run,
    @Args('afterSeq', { type: () => Int, defaultValue: 0 }) afterSeq: number,
    @CurrentMember() { teamId }: Identity,
  ): Promise<RunEventUpdate[]> {
    const options = { count: EVENTS_AT_ONCE, pageBytes: EVENT_BYTES };
    return (await this.history.readEvents(teamId, record.id, afterSeq, options)).events.map(toEventUpdate);
  }

  @ResolveField(() => Step, { nullable: true, description: 'One of its steps' })
  async step(
    @Parent() run: Run,
    @Args('key') key: string,
    @Context() context: GraphQLContext,
  ): Promise<Step | undefined> {
    const [step] = await this.steps(run, [key], context);
    return step;
  }

  @AllowTo('member')
  @Mutation(() => RunPayload, { description: 'Accepts a run; from then on it is never lost' })
  startRun(@Args('input') input: StartRunInput, @CurrentMember() identity: Identity) {
    return payload(async () => {
      const { inputs, channel } = checkStart(input);
      const run = await this.service.start(identity, {
        appId: idFrom<AppId>(input.appId),
        useDraft: input.useDraft,
        inputs,
        query: input.query ?? '',
        channel,
        ...(input.versionId && { versionId: idFrom<VersionId>(input.versionId) }),
        ...(input.conversationId && { conversationId: idFrom<ConversationId>(input.conversationId) }),
        ...(typeof input.idempotencyKey === 'string' && { idempotencyKey: input.idempotencyKey }),
      });
      return { run: toRun(run) };
    });
  }

  @AllowTo('member')
  @Mutation(() => RunPayload, {
    description: 'Asks a run to stop; what it gave so far stays, and one that has ended stays as it is',
  })
  stopRun(@Args('input') { runId, reason }: StopRunInput, @CurrentMember() identity: Identity) {
    return payload(async () => ({ run: toRun(await this.service.stop(identity, idFrom<RunId>(runId), reason)) }));
  }

  @AllowTo('member')
  @Subscription(() => [RunUpdate], {
    resolve: (updates: unknown) => updates,
    description:
      'Events after `afterSeq`, live text, and what of the answer may be shown, as many as there are; completes with the run',
  })
  runEvents(
    @Args('runId', { type: () => ID }) runId: string,
    @Args('afterSeq', { type: () => Int }) afterSeq: number,
    @Context() { identity }: GraphQLContext,
  ) {
    return this.updates.follow(requireIdentity(identity), idFrom<RunId>(runId), afterSeq);
  }
}
