import type { RunRecord, RunStatus as Status } from '@tenon/database';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { connectionOf } from '../graphql/connection.js';
import { VALUE_COST } from '../graphql/cost.js';
import { Payload } from '../graphql/payload.js';
import { JsonScalar } from '../graphql/scalars.js';
import { Failure, toFailure, toUsage, Usage } from './outcome.types.js';
import { plain } from './plain.js';

/** Where a run stands. */
export enum RunStatus {
  QUEUED = 'queued',
  RUNNING = 'running',
  WAITING = 'waiting',
  PAUSED = 'paused',
  NEEDS_ATTENTION = 'needsAttention',
  SUCCEEDED = 'succeeded',
  PARTIALLY_SUCCEEDED = 'partiallySucceeded',
  FAILED = 'failed',
  STOPPED = 'stopped',
}
registerEnumType(RunStatus, { name: 'RunStatus' });

/** Why a run that is under way cannot go on. */
@ObjectType()
export class RunAttention {
  @Field()
  reason!: string;

  @Field()
  since!: Date;
}

/** One execution of a plan. */
@ObjectType()
export class Run {
  @Field(() => ID)
  id!: string;

  @Field(() => ID)
  appId!: string;

  @Field(() => ID, { nullable: true })
  conversationId!: string | null;

  @Field({ description: 'Of the plan that it runs' })
  planHash!: string;

  @Field({ description: 'Where it was started from' })
  channel!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Names the request that started it in the logs, of its steps too',
  })
  requestId!: string | null;

  @Field(() => RunStatus)
  status!: RunStatus;

  @Field(() => String, { nullable: true, description: 'Why it was stopped' })
  reason!: string | null;

  @Field(() => Failure, { nullable: true })
  failure!: Failure | null;

  @Field(() => JsonScalar, { complexity: VALUE_COST })
  inputs!: unknown;

  @Field(() => String, { nullable: true })
  query!: string | null;

  @Field(() => JsonScalar, { nullable: true, complexity: VALUE_COST })
  outputs!: unknown;

  @Field(() => Usage, { nullable: true, description: 'Of all executions of its steps together, so far' })
  usage!: Usage | null;

  @Field(() => Int, { description: 'Failed tries, also handled and retried ones' })
  exceptions!: number;

  @Field(() => Int)
  stepCount!: number;

  @Field(() => Int, { description: 'Number of the last recorded event' })
  lastSeq!: number;

  @Field()
  createdAt!: Date;

  @Field(() => Date, { nullable: true })
  startedAt!: Date | null;

  @Field(() => Date, { nullable: true })
  finishedAt!: Date | null;

  record!: RunRecord;
}
export const RunConnection = connectionOf(Run);

/** A run from its record. */
export function toRun(record: RunRecord): Run {
  const { query } = record.system;
  return {
    id: record.id,
    appId: record.appId,
    conversationId: record.conversationId,
    planHash: record.planHash,
    channel: record.channel,
    requestId: record.requestId,
    status: record.status as RunStatus,
    reason: record.reason,
    failure: toFailure(record.failure),
    inputs: plain(record.inputs),
    query: typeof query === 'string' ? query : null,
    outputs: plain(record.outputs),
    usage: toUsage(record.usage),
    exceptions: record.exceptions,
    stepCount: record.steps,
    lastSeq: record.lastSeq,
    createdAt: record.createdAt,
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
    record,
  };
}

@InputType()
export class RunFilter {
  @Field(() => ID, { nullable: true })
  appId?: string | null;

  @Field(() => ID, { nullable: true })
  conversationId?: string | null;

  @Field(() => [RunStatus], { nullable: true })
  statuses?: Status[] | null;

  @Field(() => Date, { nullable: true })
  createdFrom?: Date | null;

  @Field(() => Int, { nullable: true, description: 'Begun not longer ago than so many seconds' })
  createdWithinSeconds?: number | null;

  @Field(() => Date, { nullable: true })
  createdBefore?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Stands in the question or the inputs, in whatever case; 200 characters at most count',
  })
  text?: string | null;
}

@InputType()
export class StartRunInput {
  @Field(() => ID)
  appId!: string;

  @Field(() => ID, { nullable: true, description: 'Another version than the live one' })
  versionId?: string | null;

  @Field({ defaultValue: false, description: 'The draft as it stands, instead of a version' })
  useDraft!: boolean;

  @Field(() => JsonScalar, { nullable: true, description: 'Values of the start form by name' })
  inputs?: unknown;

  @Field(() => String, { nullable: true, description: 'The message to a chatflow' })
  query?: string | null;

  @Field(() => ID, { nullable: true, description: 'The thread it belongs to; a new one without it' })
  conversationId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Makes a repeated request the same run; another request with the same key is refused',
  })
  idempotencyKey?: string | null;

  @Field({
    defaultValue: 'console',
    description: 'Where it is started from: up to 32 small letters, digits and hyphens, a letter first',
  })
  channel!: string;
}

@ObjectType()
export class RunPayload extends Payload {
  @Field(() => Run, { nullable: true })
  run?: Run;
}

@InputType()
export class StopRunInput {
  @Field(() => ID)
  runId!: string;

  @Field({ defaultValue: 'stopped by a member' })
  reason!: string;
}
