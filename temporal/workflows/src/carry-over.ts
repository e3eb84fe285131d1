import { WORKFLOW_TASK_TIMEOUT, type CarriedEffect, type CarriedRun, type RunInput } from '@tenon/contract';
import { dropUnread, type Effect, type EffectKey, type Plan, type RunState } from '@tenon/engine';
import { log, makeContinueAsNewFunc, sleep } from '@temporalio/workflow';
import { loadText } from './load-text.js';
import { local, now } from './runtime.js';

/** What of a run travels in the input of its next history; more is stored and loaded. In characters of JSON. */
const INLINE_LIMIT = 256 * 1024;
/** Most that is carried: the next history holds what it has loaded, and has to have room for more. */
const CARRIED_LIMIT = 8 * 1024 * 1024;

/** An effect to begin. */
export type Waiting = Extract<Effect, { readonly type: 'perform' }> & { readonly wasTooLong?: true };

/** A run that has nothing open but timers. */
export interface RestingRun {
  readonly state: RunState;
  readonly waiting: readonly Waiting[];
  /** When they are due. */
  readonly timers: ReadonlyMap<EffectKey, number>;
}

/** What a run takes along. */
export function carriedRun(plan: Plan, { state, waiting, timers }: RestingRun): CarriedRun {
  const steps = waiting.map(({ instruction: _inPlan, ...effect }) => effect);
  const open = [...timers].map(([key, dueAt]) => ({ type: 'startTimer' as const, key, dueAt }));
  return { state: dropUnread(plan, state), effects: [...steps, ...open] };
}

/** The effects with what the plan says of them, and what is left of delays. */
export function effectsOf(plan: Plan, { effects }: CarriedRun): Effect[] {
  const instructions = new Map(plan.steps.map(({ id, instruction }) => [id, instruction]));
  return effects.map((effect: CarriedEffect): Effect => {
    if (effect.type === 'startTimer') {
      const { type, key, dueAt } = effect;
      return { type, key, delayMs: Math.max(0, dueAt - now()) };
    }
    const instruction = instructions.get(effect.stepKey);
    if (!instruction) throw new Error(`the plan has no step ${effect.stepKey}`);
    return { ...effect, instruction };
  });
}

/**
 * The input of the next history; what is large is stored for it. What the run was started with is in its state.
 * @returns undefined when it is too large: the run has to go on where it is
 */
export async function nextInput(input: RunInput, carried: CarriedRun): Promise<RunInput | undefined> {
  const { carried: _before, history: number = 1, start, ...same } = input;
  const history = number + 1;
  const nothing = { inputs: {}, system: {}, conversation: {}, limits: start.limits };
  const next: RunInput = { ...same, history, start: nothing };
  const text = JSON.stringify(carried);
  if (text.length <= INLINE_LIMIT) return { ...next, carried };
  if (text.length > CARRIED_LIMIT) {
    log.warn('a run is too large for a new history and goes on in its old one', { characters: text.length });
    return undefined;
  }
  await local.storeCarried(input.run, history, text);
  return next;
}

/** What the history before this one left; undefined in the first. */
export async function loadCarried(input: RunInput): Promise<CarriedRun | undefined> {
  const { carried, history, plan, run } = input;
  if (carried || history === undefined) return carried;
  // parts of plans and what a run begins with go to the server in messages of their own
  if (!plan) await sleep(1);
  const text = await loadText((part) => local.loadCarriedPart(run, history, part));
  await sleep(1);
  return JSON.parse(text) as CarriedRun;
}

/** Ends this history; the run goes on in the next one, under its old id and type. */
export const continueAsNew = (input: RunInput): Promise<never> =>
  makeContinueAsNewFunc<(next: RunInput) => Promise<unknown>>({ workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT })(input);
