import type { RunId } from '@tenon/base';
import type { AttemptRecordRow, StepRecord } from '@tenon/database';
import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Failure, toFailure, toUsage, Usage } from './outcome.types.js';

/** Where a step stands. */
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

/** Why an execution began. */
export enum AttemptCause {
  FIRST = 'first',
  RETRY = 'retry',
  LOST_WORKER = 'lostWorker',
  WORKER_STOPPED = 'workerStopped',
}
registerEnumType(AttemptCause, { name: 'AttemptCause' });

/** How an execution ended. */
export enum AttemptOutcome {
  SUCCEEDED = 'succeeded',
  FAILED = 'failed',
  CANCELLED = 'cancelled',
  WORKER_STOPPED = 'workerStopped',
}
registerEnumType(AttemptOutcome, { name: 'AttemptOutcome' });

/** Where a step is recorded. */
export interface StepPlace {
  readonly runId: RunId;
  readonly stepKey: string;
}

/** Where an execution of a step is recorded. */
export interface AttemptPlace extends StepPlace {
  readonly attempt: number;
  readonly execution: number;
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

  @Field(() => Failure, { nullable: true })
  failure!: Failure | null;

  @Field(() => Usage, { nullable: true })
  usage!: Usage | null;

  @Field({ description: 'Its worker has not been heard of for three seconds' })
  isRecovering!: boolean;

  place!: AttemptPlace;
}

/** An execution from its record. */
export function toAttempt(row: AttemptRecordRow): Attempt {
  return {
    attempt: row.attempt,
    execution: row.execution,
    cause: row.cause as AttemptCause,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    outcome: row.outcome as AttemptOutcome | null,
    failure: toFailure(row.failure),
    usage: toUsage(row.usage),
    isRecovering: row.isRecovering,
    place: { runId: row.runId, stepKey: row.stepKey, attempt: row.attempt, execution: row.execution },
  };
}

/** One node in a run. */
@ObjectType()
export class Step {
  @Field()
  key!: string;

  @Field()
  nodeId!: string;

  @Field(() => StepStatus)
  status!: StepStatus;

  @Field(() => Int)
  attempt!: number;

  @Field(() => String, { nullable: true, description: 'The way it left' })
  exit!: string | null;

  @Field(() => Failure, { nullable: true })
  failure!: Failure | null;

  @Field(() => Usage, {
    nullable: true,
    description: 'Of all its executions together, those that were lost or stopped too',
  })
  usage!: Usage | null;

  @Field(() => Date, { nullable: true })
  startedAt!: Date | null;

  @Field(() => Date, { nullable: true })
  finishedAt!: Date | null;

  place!: StepPlace;

  planHash!: string;
}

/** What the plan knows of a step. */
export interface StepNames {
  readonly type: string;
  readonly title: string;
}

/** A step from its record, and the plan that it is a step of. */
export function toStep(row: StepRecord, planHash: string): Step {
  return {
    key: row.stepKey,
    nodeId: row.stepKey.split('/').at(-1) as string,
    status: row.status as StepStatus,
    attempt: row.attempt,
    exit: row.exit,
    failure: toFailure(row.failure),
    usage: toUsage(row.usage),
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    place: { runId: row.runId, stepKey: row.stepKey },
    planHash,
  };
}
