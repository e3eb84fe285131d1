import type { JsonObject, Json } from '@tenon/base';
import type { ApiClient } from './client.js';
import { cliErrors } from '../errors.js';

export type RunStatus =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'paused'
  | 'needsAttention'
  | 'succeeded'
  | 'partiallySucceeded'
  | 'failed'
  | 'stopped';
export type StepStatus = 'running' | 'retrying' | 'succeeded' | 'handled' | 'failed' | 'skipped' | 'stopped';

export const RUN_STATUSES: readonly RunStatus[] = [
  ...(['queued', 'running', 'waiting', 'paused', 'needsAttention'] as const),
  ...(['succeeded', 'partiallySucceeded', 'failed', 'stopped'] as const),
];

/** Why something failed, as data. */
export interface Failure {
  readonly code: string;
  readonly type: string;
  readonly message: string;
  readonly stepKey: string | null;
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Some of it is counted by Tenon, not by the provider. */
  readonly isEstimated: boolean;
  /** A decimal in `currency`; null where no price is known. */
  readonly totalPrice: string | null;
  readonly currency: string;
  /** Some of it has no known price. */
  readonly isPricePartial: boolean;
}

/** One execution of one try at a step. Instants are ISO 8601. */
export interface AttemptReport {
  readonly attempt: number;
  readonly execution: number;
  readonly cause: 'first' | 'retry' | 'lostWorker' | 'workerStopped';
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'workerStopped' | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly inputs: JsonObject | null;
  /** What was sent: the final prompt, the request. */
  readonly request: Json;
  /** What came back, as it came. */
  readonly reply: Json;
  readonly outputs: JsonObject | null;
  readonly failure: Failure | null;
  readonly usage: Usage | null;
  readonly isRecovering: boolean;
}

/** One node in a run. */
export interface StepReport {
  readonly key: string;
  readonly type: string;
  readonly title: string;
  readonly status: StepStatus;
  readonly attempt: number;
  /** The way it left. */
  readonly exit: string | null;
  /** What it read, by selector. */
  readonly inputs: JsonObject | null;
  readonly outputs: JsonObject | null;
  readonly failure: Failure | null;
  readonly usage: Usage | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly isRecovering: boolean;
  readonly attempts: readonly AttemptReport[];
}

/** A run as `--json` prints it and `tenon show` draws it. */
export interface RunReport {
  readonly id: string;
  readonly app: { readonly id: string; readonly name: string; readonly mode: string };
  /** Null for a run of the draft. */
  readonly version: number | null;
  readonly conversationId: string | null;
  readonly channel: string;
  /** Of the request that started it; log lines of the API and the workers carry it, too. */
  readonly requestId: string | null;
  readonly status: RunStatus;
  /** Why it was stopped. */
  readonly reason: string | null;
  /** Why it has not started. */
  readonly waitingFor: string | null;
  /** Why it cannot go on although it is under way; `since` in ISO 8601. */
  readonly needsAttention: { readonly reason: string; readonly since: string } | null;
  readonly isRecovering: boolean;
  readonly inputs: JsonObject;
  readonly query: string | null;
  readonly outputs: JsonObject | null;
  readonly answer: string | null;
  readonly failure: Failure | null;
  readonly usage: Usage | null;
  /** Failed tries, also handled and retried ones. */
  readonly exceptions: number;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly steps: readonly StepReport[];
}

const RUN = `query ($id: ID!) { run(id: $id) {
  id conversationId channel requestId status reason waitingFor needsAttention { reason since } isRecovering inputs query outputs answer exceptions
  createdAt startedAt finishedAt
  app { id name mode } version { number }
  failure { ...failure } usage { ...usage }
  steps {
    key type title status attempt exit inputs outputs startedAt finishedAt isRecovering
    failure { ...failure } usage { ...usage }
    attempts {
      attempt execution cause outcome startedAt finishedAt inputs request reply outputs isRecovering
      failure { ...failure } usage { ...usage }
    }
  }
} }
fragment failure on Failure { code type message stepKey }
fragment usage on Usage {
  promptTokens completionTokens totalTokens isEstimated totalPrice currency isPricePartial
}`;

/** A run with its steps and their attempts. @throws cli.missing */
export async function getRunReport(client: ApiClient, id: string): Promise<RunReport> {
  const { run } = await client.ask<{ run: RunAnswer | null }>(RUN, { id });
  if (!run) throw cliErrors.missing(`There is no run ${id}: "tenon runs" lists what is there.`);
  return toReport(run);
}

interface Times {
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}
type Answered<T extends Times> = Omit<T, 'durationMs' | 'version' | 'steps' | 'attempts'>;
type StepAnswer = Answered<StepReport> & { readonly attempts: readonly Answered<AttemptReport>[] };
type RunAnswer = Answered<RunReport> & {
  readonly version: { readonly number: number } | null;
  readonly steps: readonly StepAnswer[];
};

function toReport(run: RunAnswer): RunReport {
  return {
    ...run,
    version: run.version?.number ?? null,
    status: fromEnum<RunStatus>(run.status),
    durationMs: durationOf(run),
    steps: run.steps.map((step) => ({
      ...step,
      status: fromEnum<StepStatus>(step.status),
      durationMs: durationOf(step),
      attempts: step.attempts.map((attempt) => ({
        ...attempt,
        cause: fromEnum<AttemptReport['cause']>(attempt.cause),
        outcome: attempt.outcome && fromEnum<NonNullable<AttemptReport['outcome']>>(attempt.outcome),
        durationMs: durationOf(attempt),
      })),
    })),
  };
}

/** How long something took, in milliseconds; null while it has not ended. */
export function durationOf({ startedAt, finishedAt }: Times): number | null {
  return startedAt && finishedAt ? Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) : null;
}

/** `PARTIALLY_SUCCEEDED` of the API as people write it: `partiallySucceeded`. */
export function fromEnum<Name extends string>(name: string): Name {
  return name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as Name;
}

/** The name of a state as the API writes it. */
export function toEnum(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
