import type { AppId, ConversationId, Json, RunId, VersionId } from '@tenon/base';
import { AppRepository, HistoryRepository, readAnswer, RunRepository, type Identity } from '@tenon/database';
import type { ObjectStore } from '@tenon/ports';
import { Inject } from '@nestjs/common';
import { OBJECTS } from '../parts.js';
import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { App, toApp, toVersion, Version } from '../app/app.types.js';
import { CurrentMember, requireIdentity, type GraphQLContext } from '../auth/identity.js';
import { loadPage, PageArgs } from '../graphql/connection.js';
import { idFrom } from '../graphql/id.js';
import { payload } from '../graphql/payload.js';
import { RunService } from './run.service.js';
import { RunUpdate } from './run-update.types.js';
import { RunUpdates } from './run-updates.js';
import { Run, RunConnection, RunFilter, RunPayload, StartRunInput, StopRunInput, toRun } from './run.types.js';
import { Step, toAttempt, toStep } from './step.types.js';
import { QueueWatch } from './queue-watch.js';

@Resolver(() => Run)
export class RunResolver {
  constructor(
    private readonly service: RunService,
    private readonly runs: RunRepository,
    private readonly apps: AppRepository,
    private readonly history: HistoryRepository,
    private readonly updates: RunUpdates,
    private readonly queue: QueueWatch,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
  ) {}

  @Query(() => RunConnection, { name: 'runs', description: 'The team’s runs, newest first' })
  listRuns(
    @Args() page: PageArgs,
    @Args('filter', { type: () => RunFilter, nullable: true }) filter: RunFilter | null,
    @CurrentMember() { teamId }: Identity,
  ) {
    const wanted = {
      ...(filter?.appId && { appId: idFrom<AppId>(filter.appId) }),
      ...(filter?.conversationId && { conversationId: idFrom<ConversationId>(filter.conversationId) }),
      ...(filter?.statuses && { statuses: filter.statuses }),
    };
    return loadPage(page, (part: { first: number; after?: RunId }) => this.runs.list(teamId, wanted, part), toRun);
  }

  @Query(() => Run, { name: 'run', nullable: true })
  async findRun(@Args('id', { type: () => ID }) id: string, @CurrentMember() { teamId }: Identity) {
    const run = await this.runs.find(teamId, idFrom<RunId>(id));
    return run ? toRun(run) : null;
  }

  @ResolveField(() => App)
  async app(@Parent() run: Run, @CurrentMember() { teamId }: Identity) {
    const app = await this.apps.find(teamId, run.record.appId);
    return app && toApp(app);
  }

  @ResolveField(() => Version, { nullable: true, description: 'Null for a run of the draft' })
  async version(@Parent() { record }: Run, @CurrentMember() { teamId }: Identity) {
    if (!record.versionId) return null;
    const [version] = await this.apps.findVersions(teamId, [record.versionId]);
    return version ? toVersion(version) : null;
  }

  @ResolveField(() => String, { nullable: true, description: 'The answer of a chatflow, whole' })
  async answer(@Parent() { record }: Run): Promise<string | null> {
    const answer = record.outputs?.['answer'];
    return answer === undefined ? null : readAnswer(this.objects, answer);
  }

  @ResolveField(() => String, { nullable: true, description: 'Why a queued run has not started' })
  waitingFor(@Parent() { record }: Run, @CurrentMember() { teamId }: Identity) {
    return this.queue.explain(teamId, record);
  }

  @ResolveField(() => Boolean, { description: 'A step’s worker has not been heard of for three seconds' })
  async isRecovering(@Parent() { record }: Run, @CurrentMember() { teamId }: Identity) {
    return record.finishedAt ? false : this.history.isRecovering(teamId, record.id);
  }

  @ResolveField(() => [Step], { description: 'In the order in which they were first heard of' })
  async steps(@Parent() { record }: Run, @CurrentMember() { teamId }: Identity): Promise<Step[]> {
    const [steps, attempts, plan] = await Promise.all([
      this.history.listSteps(teamId, record.id),
      this.history.listAttempts(teamId, record.id),
      this.apps.getPlan(teamId, record.planHash),
    ]);
    const names = new Map(plan.steps.map((step) => [step.id, step]));
    const byStep = Object.groupBy(attempts, ({ stepKey }) => stepKey);
    return steps.map((step) =>
      toStep(step, names.get(step.stepKey.split('/').at(-1) as string), (byStep[step.stepKey] ?? []).map(toAttempt)),
    );
  }

  @Mutation(() => RunPayload, { description: 'Accepts a run; from then on it is never lost' })
  startRun(@Args('input') input: StartRunInput, @CurrentMember() identity: Identity) {
    return payload(async () => {
      const run = await this.service.start(identity, {
        appId: idFrom<AppId>(input.appId),
        useDraft: input.useDraft,
        inputs: (input.inputs ?? {}) as Json,
        query: input.query ?? '',
        channel: input.channel,
        ...(input.versionId && { versionId: idFrom<VersionId>(input.versionId) }),
        ...(input.conversationId && { conversationId: idFrom<ConversationId>(input.conversationId) }),
        ...(typeof input.idempotencyKey === 'string' && { idempotencyKey: input.idempotencyKey }),
      });
      return { run: toRun(run) };
    });
  }

  @Mutation(() => RunPayload, { description: 'Asks a run to stop; what it gave so far stays' })
  stopRun(@Args('input') { runId, reason }: StopRunInput, @CurrentMember() identity: Identity) {
    return payload(async () => ({ run: toRun(await this.service.stop(identity, idFrom<RunId>(runId), reason)) }));
  }

  @Subscription(() => RunUpdate, {
    resolve: (update: unknown) => update,
    description: 'Events after `afterSeq`, live text, and what of the answer may be shown; completes with the run',
  })
  async runEvents(
    @Args('runId', { type: () => ID }) runId: string,
    @Args('afterSeq', { type: () => Int }) afterSeq: number,
    @Context() { identity }: GraphQLContext,
  ) {
    const member = requireIdentity(identity);
    const run = await this.service.getRun(member, idFrom<RunId>(runId));
    return this.updates.follow(member.teamId, run, afterSeq);
  }
}
