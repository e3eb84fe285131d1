import type { RunId } from '@tenon/base';
import {
  HistoryRepository,
  listAttention,
  PlanRepository,
  type AttemptRecordRow,
  type AttemptValue,
  type Database,
  type RunAttention,
  type RunRecord,
  type StepRecord,
  type StepValue,
} from '@tenon/database';
import { Inject, Injectable } from '@nestjs/common';
import { DATABASE } from '../parts.js';
import { batched, rowPerKey, rowsPerKey, type Batched } from '../graphql/batched.js';
import { QueueWatch } from './queue-watch.js';
import type { AttemptPlace, StepNames, StepPlace } from './step.types.js';

/** Plans that are read at once: each may have megabytes. */
const PLANS_AT_ONCE = 10;

/** Steps that are read by their names: of more than that all of the run are read, which costs less. */
const FEW_STEPS = 200;

/** Steps of a run: those with these keys, or all. */
export interface StepsAsked {
  readonly runId: RunId;
  readonly keys?: readonly string[] | undefined;
}

/** What fields ask of runs, steps and executions, one loader for each. Large values are read where they are asked for. */
@Injectable()
export class RunLoaders {
  /** The steps of a run, without values. */
  readonly steps: Batched<StepsAsked, StepRecord[]>;
  readonly stepValue: Batched<StepPlace & { readonly value: StepValue }, unknown>;
  /** The executions of a step, without values. */
  readonly attempts: Batched<StepPlace, AttemptRecordRow[]>;
  readonly attemptValue: Batched<AttemptPlace & { readonly value: AttemptValue }, unknown>;
  /** Keys of steps whose worker is not heard of. */
  readonly recoveringSteps: Batched<RunId, string[]>;
  /** Whether a worker still performs a step. */
  readonly isAtWork: Batched<RunId, boolean>;
  readonly attention: Batched<RunId, RunAttention | null>;
  readonly waitingFor: Batched<RunRecord, string | null>;
  /** What a plan calls its steps, by their ids; by the plan's hash. */
  readonly names: Batched<string, ReadonlyMap<string, StepNames>>;

  constructor(
    plans: PlanRepository,
    history: HistoryRepository,
    queue: QueueWatch,
    @Inject(DATABASE) database: Database,
  ) {
    this.steps = batched(async (teamId, asked) => {
      const isAll = asked.some(({ keys }) => keys === undefined);
      const wanted = isAll ? undefined : few(asked.flatMap(({ keys }) => keys ?? []));
      const rows = await history.listStepsOf(teamId, runsOf(asked), [], wanted);
      const runs = asked.map(({ runId }) => runId);
      return rowsPerKey(runs, rows, ({ runId }) => runId).map((steps, index) => {
        const keys = asked[index]?.keys && new Set(asked[index].keys);
        return keys ? steps.filter(({ stepKey }) => keys.has(stepKey)) : steps;
      });
    });
    this.stepValue = batched(async (teamId, asked) => {
      const values = [...new Set(asked.map(({ value }) => value))];
      const rows = await history.listStepsOf(teamId, runsOf(asked), values, stepsOf(asked));
      return rowPerKey(asked.map(nameOfStep), rows, nameOfStep).map((row, index) => valueOf(row, asked[index]?.value));
    });
    this.attempts = batched(async (teamId, steps) => {
      const rows = await history.listAttemptsOf(teamId, runsOf(steps), [], stepsOf(steps));
      return rowsPerKey(steps.map(nameOfStep), rows, nameOfStep);
    });
    this.attemptValue = batched(async (teamId, asked) => {
      const values = [...new Set(asked.map(({ value }) => value))];
      const rows = await history.listAttemptsOf(teamId, runsOf(asked), values, stepsOf(asked));
      return rowPerKey(asked.map(nameOfAttempt), rows, nameOfAttempt).map((row, index) =>
        valueOf(row, asked[index]?.value),
      );
    });
    this.recoveringSteps = batched(async (teamId, ids) => {
      const rows = await history.listRecovering(teamId, ids);
      return rowsPerKey(ids, rows, ({ runId }) => runId).map((steps) => steps.map(({ stepKey }) => stepKey));
    });
    this.isAtWork = batched(async (teamId, ids) => {
      const atWork = await history.listAtWork(teamId, ids);
      return ids.map((id) => atWork.has(id));
    });
    this.attention = batched(async (teamId, ids) => {
      const found = await listAttention(database, teamId, ids);
      return ids.map((id) => found.get(id) ?? null);
    });
    this.waitingFor = batched((teamId, runs) => queue.explain(teamId, runs));
    this.names = batched(async (teamId, hashes) => {
      const names = new Map<string, ReadonlyMap<string, StepNames>>();
      const all = [...new Set(hashes)];
      for (let from = 0; from < all.length; from += PLANS_AT_ONCE)
        for (const [hash, { steps }] of await plans.getMany(teamId, all.slice(from, from + PLANS_AT_ONCE)))
          // the names alone: all the plans of a list would be too much to hold
          names.set(hash, new Map(steps.map(({ id, type, title }) => [id, { type, title }])));
      return hashes.map((hash) => names.get(hash) ?? new Map<string, StepNames>());
    });
  }
}

function runsOf(places: readonly { readonly runId: RunId }[]): RunId[] {
  return [...new Set(places.map(({ runId }) => runId))];
}

function stepsOf(places: readonly StepPlace[]): string[] | undefined {
  return few(places.map(({ stepKey }) => stepKey));
}

/** Each once; undefined where they are many. */
function few(stepKeys: readonly string[]): string[] | undefined {
  const keys = [...new Set(stepKeys)];
  return keys.length <= FEW_STEPS ? keys : undefined;
}

// ids of runs are all of one length
function nameOfStep({ runId, stepKey }: StepPlace): string {
  return `${runId}/${stepKey}`;
}

function nameOfAttempt({ attempt, execution, ...step }: AttemptPlace): string {
  return `${nameOfStep(step)}#${attempt}.${execution}`;
}

function valueOf<Name extends string>(
  row: { readonly [name in Name]: unknown } | undefined,
  value: Name | undefined,
): unknown {
  return (value && row?.[value]) ?? null;
}
