import type { AttemptRecordRow, StepRecord } from '@tenon/database';
import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { JsonScalar } from '../graphql/scalars.js';
import { Failure, toFailure, Usage } from './outcome.types.js';
import { plain } from './plain.js';

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
}
registerEnumType(AttemptCause, { name: 'AttemptCause' });

/** How an execution ended. */
export enum AttemptOutcome {
  SUCCEEDED = 'succeeded',
  FAILED = 'failed',
  CANCELLED = 'cancelled',
}
registerEnumType(AttemptOutcome, { name: 'AttemptOutcome' });

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

/** An execution from its record. */
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

/** A step from its record, with the executions that are its own. */
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
