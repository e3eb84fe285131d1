import type { AppId, ConversationId, RunId, TeamId } from '@tenon/base';
import type {
  Effect,
  EffectKey,
  Inputs,
  Instruction,
  Plan,
  RunEvent,
  RunOutcome,
  RunState,
  StartInput,
  StepResult,
} from '@tenon/engine';

/** The one queue of workflows and activities, so that both are dispatched eagerly. */
export const TASK_QUEUE = 'tenon';

/** How long a task of the workflow may take; a history that goes on from another has to say it again. */
export const WORKFLOW_TASK_TIMEOUT = '5s';

/** Plans up to this size, in bytes of JSON, travel in the workflow's input; larger ones are loaded by their hash. */
export const INLINE_PLAN_LIMIT_BYTES = 128 * 1024;

/** The workflow type of an app's runs; the bundle's default export serves every type. */
export function workflowType(appId: AppId): `app:${string}` {
  return `app:${appId}`;
}

/** The workflow id of a run; Temporal's own run ids mean nothing to us, since they change. */
export function workflowId(runId: RunId): `run/${string}` {
  return `run/${runId}`;
}

/** The run of a workflow id; undefined when it is none of a run. */
export function runIdOf(id: string): RunId | undefined {
  return id.startsWith('run/') ? (id.slice('run/'.length) as RunId) : undefined;
}

/** Whose run it is; every activity is told. */
export interface RunIdentity {
  readonly runId: RunId;
  readonly teamId: TeamId;
  readonly conversationId: ConversationId | null;
  /** By what the logs name the request that started the run; absent in runs from before. */
  readonly requestId?: string;
}

/** An effect that is not answered: a timer that goes on, or a step to perform, without what the plan says of it. */
export type CarriedEffect =
  | (Omit<Extract<Effect, { readonly type: 'startTimer' }>, 'delayMs'> & {
      /** In milliseconds since 1970. */
      readonly dueAt: number;
    })
  | (Omit<Extract<Effect, { readonly type: 'perform' }>, 'instruction'> & {
      /** Set when a short try was too long for it. */
      readonly wasTooLong?: true;
    });

/** Where a run stands between two histories, when nothing of it is open. Plain JSON. */
export interface CarriedRun {
  readonly state: RunState;
  readonly effects: readonly CarriedEffect[];
}

/** What the workflow is started with. It begins at workflow time. */
export interface RunInput {
  readonly run: RunIdentity;
  readonly planHash: string;
  /** Absent when it is larger than `INLINE_PLAN_LIMIT_BYTES`. */
  readonly plan?: Plan;
  readonly start: Omit<StartInput, 'at'>;
  /** Which history of the run this is, counted from 1; absent in the first. A later one does not read `start`. */
  readonly history?: number;
  /** What the history before this one left. Absent in the first, and when it is so large that it has to be loaded. */
  readonly carried?: CarriedRun;
}

/** What the workflow answers; outputs are in the record, not here. */
export interface RunResult {
  readonly status: RunOutcome['status'];
}

/** The type of the failure by which an activity says that the run has ended, whatever its workflow knows of that. */
export const RUN_ENDED = 'RunEnded';

/** The type of the failure by which an activity says that it has waited for its turn, and comes again. */
export const WAITS_FOR_TURN = 'WaitsForTurn';

/** The name of the signal that asks a run to stop; its argument is the reason. */
export const STOP_SIGNAL = 'stop';

/** One effect to perform, with the events that travel with it. */
export interface PerformCall {
  readonly run: RunIdentity;
  readonly key: EffectKey;
  readonly stepKey: string;
  readonly attempt: number;
  readonly instruction: Instruction;
  readonly inputs: Inputs;
  readonly events: readonly RecordedEvent[];
  /** In milliseconds. Set on a local activity: when the work takes longer it answers `isTooLong`. */
  readonly localLimitMs?: number;
  /** Set on a local activity: a larger result is recorded and answered by `isTooLong`, in bytes of JSON. */
  readonly localReplyBytes?: number;
}

/**
 * What performing came to; `isTooLong` asks for a long activity instead, because the work takes too long or its result
 * is too large to stand beside others in one message.
 */
export type PerformReply = { readonly isTooLong: true } | { readonly isTooLong: false; readonly result: StepResult };

/**
 * An event as it is stored. Inputs and outputs of steps that an activity performed are left out: they stand once, in
 * the attempt.
 */
export type RecordedEvent = RunEvent;

/** A piece of a JSON text, small enough to be one result; the pieces in order are the whole. */
export interface TextPart {
  readonly text: string;
  readonly isLast: boolean;
}

/** The activities of a run. All are idempotent: repeating one after a loss changes nothing. */
export interface RunActivities {
  performStep(call: PerformCall): Promise<PerformReply>;
  /** @param part counts from 0 */
  loadPlanPart(teamId: TeamId, planHash: string, part: number): Promise<TextPart>;
  /** Keeps a `CarriedRun`, as JSON text, for the history of that number. */
  storeCarried(run: RunIdentity, history: number, text: string): Promise<void>;
  /** @param part counts from 0 */
  loadCarriedPart(run: RunIdentity, history: number, part: number): Promise<TextPart>;
  /** Does nothing, in an activation of its own. */
  pause(): Promise<void>;
}

/**
 * What a workflow calls without waiting. The task that called is not completed before all of it is done, so what the
 * server knows of a run is never more than what its record says.
 */
export type RunSinks = {
  record: {
    /** Idempotent: writing twice changes nothing. */
    write(run: RunIdentity, events: readonly RecordedEvent[]): void;
  };
};
