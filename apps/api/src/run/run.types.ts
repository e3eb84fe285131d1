import { decode, type Failure as EngineFailure, type Outputs, type Value } from '@tenon/engine';
import type { AttemptRecordRow, RunRecord, RunStatus as Status, StepRecord } from '@tenon/database';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { connectionOf } from '../graphql/connection.js';
import { Payload } from '../graphql/payload.js';
import { JsonScalar } from '../graphql/scalars.js';

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

export enum StepStatus {
  RUNNING = 'running',
  RETRYING = 'retrying',
  SUCCEEDED = 'succeeded',
  HANDLED = 'handled',
  FAILED = 'failed',
  SKIPPED = 'skipped',
  STOPPED = 'stopped',
}
registerEnumType(StepStatus, { name: 'StepStatus' });

export enum AttemptCause {
  FIRST = 'first',
  RETRY = 'retry',
  LOST_WORKER = 'lostWorker',
}
registerEnumType(AttemptCause, { name: 'AttemptCause' });

export enum AttemptOutcome {
  SUCCEEDED = 'succeeded',
  FAILED = 'failed',
  CANCELLED = 'cancelled',
}
registerEnumType(AttemptOutcome, { name: 'AttemptOutcome' });

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

function toFailure(failure: (EngineFailure & { stepKey?: string }) | null): Failure | null {
  if (!failure) return null;
  const { code, type, message, stepKey } = failure;
  return { code, type, message, stepKey: stepKey ?? null };
}

@ObjectType()
export class Usage {
  @Field(() => Int)
  promptTokens!: number;

  @Field(() => Int)
  completionTokens!: number;

  @Field(() => Int)
  totalTokens!: number;
}

/** One execution of one try at a step. */
@ObjectType()
export class Attempt {
  @Field(() => Int)
  attempt!: number;

  @Field(() => Int)
  execution!: number;

  @Field(() => AttemptCause)
  cause!: AttemptCause;

  @Field()
  startedAt!: Date;

  @Field(() => Date, { nullable: true })
  finishedAt!: Date | null;

  @Field(() => AttemptOutcome, { nullable: true })
  outcome!: AttemptOutcome | null;

  @Field(() => JsonScalar, { nullable: true })
  inputs!: unknown;

  @Field(() => JsonScalar, { nullable: true, description: 'What was sent: the final prompt, the request' })
  request!: unknown;

  @Field(() => JsonScalar, { nullable: true, description: 'What came back, as it came' })
  reply!: unknown;

  @Field(() => JsonScalar, { nullable: true })
  outputs!: unknown;

  @Field(() => Failure, { nullable: true })
  failure!: Failure | null;

  @Field(() => Usage, { nullable: true })
  usage!: Usage | null;

  @Field({ description: 'Its worker has not been heard of for three seconds' })
  isRecovering!: boolean;
}

export function toAttempt(row: AttemptRecordRow): Attempt {
  return {
    attempt: row.attempt,
    execution: row.execution,
    cause: row.cause as AttemptCause,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    outcome: row.outcome as AttemptOutcome | null,
    inputs: plain(row.inputs),
    request: row.request,
    reply: row.reply,
    outputs: plain(row.outputs),
    failure: toFailure(row.failure),
    usage: row.usage,
    isRecovering: row.isRecovering,
  };
}

/** One node in a run. */
@ObjectType()
export class Step {
  @Field()
  key!: string;

  @Field()
  nodeId!: string;

  @Field()
  type!: string;

  @Field()
  title!: string;

  @Field(() => StepStatus)
  status!: StepStatus;

  @Field(() => Int)
  attempt!: number;

  @Field(() => String, { nullable: true, description: 'The way it left' })
  exit!: string | null;

  @Field(() => JsonScalar, { nullable: true, description: 'What it read, by selector' })
  inputs!: unknown;

  @Field(() => JsonScalar, { nullable: true })
  outputs!: unknown;

  @Field(() => Failure, { nullable: true })
  failure!: Failure | null;

  @Field(() => Usage, { nullable: true })
  usage!: Usage | null;

  @Field(() => Date, { nullable: true })
  startedAt!: Date | null;

  @Field(() => Date, { nullable: true })
  finishedAt!: Date | null;

  @Field()
  isRecovering!: boolean;

  @Field(() => [Attempt], { description: 'Executions by workers; none for a step that needed none' })
  attempts!: Attempt[];
}

/** What the plan knows of a step. */
export interface StepNames {
  readonly type: string;
  readonly title: string;
}

export function toStep(row: StepRecord, names: StepNames | undefined, attempts: Attempt[]): Step {
  return {
    key: row.stepKey,
    nodeId: row.stepKey.split('/').at(-1) as string,
    type: names?.type ?? '',
    title: names?.title ?? '',
    status: row.status as StepStatus,
    attempt: row.attempt,
    exit: row.exit,
    inputs: plain(row.inputs),
    outputs: plain(row.outputs),
    failure: toFailure(row.failure),
    usage: row.usage,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    isRecovering: attempts.some(({ isRecovering }) => isRecovering),
    attempts,
  };
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

  @Field({ description: 'Where it was started from' })
  channel!: string;

  @Field(() => RunStatus)
  status!: RunStatus;

  @Field(() => String, { nullable: true, description: 'Why it was stopped' })
  reason!: string | null;

  @Field(() => Failure, { nullable: true })
  failure!: Failure | null;

  @Field(() => JsonScalar)
  inputs!: unknown;

  @Field(() => String, { nullable: true })
  query!: string | null;

  @Field(() => JsonScalar, { nullable: true })
  outputs!: unknown;

  @Field(() => Usage, { nullable: true })
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

export function toRun(record: RunRecord): Run {
  const { query } = record.system;
  return {
    id: record.id,
    appId: record.appId,
    conversationId: record.conversationId,
    channel: record.channel,
    status: record.status as RunStatus,
    reason: record.reason,
    failure: toFailure(record.failure),
    inputs: plain(record.inputs),
    query: typeof query === 'string' ? query : null,
    outputs: plain(record.outputs),
    usage: record.usage,
    exceptions: record.exceptions,
    stepCount: record.steps,
    lastSeq: record.lastSeq,
    createdAt: record.createdAt,
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
    record,
  };
}

/** Outputs as plain JSON, name by name; what is too large or secret stays a reference. */
export function plain(outputs: Outputs | Value | null): unknown {
  return outputs === null ? null : decode(outputs);
}

@InputType()
export class RunFilter {
  @Field(() => ID, { nullable: true })
  appId?: string | null;

  @Field(() => ID, { nullable: true })
  conversationId?: string | null;

  @Field(() => [RunStatus], { nullable: true })
  statuses?: Status[] | null;
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

  @Field({ defaultValue: 'console' })
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
