import type { Effect } from './effect.js';
import type { RunEvent, RunFact } from './event.js';
import type { EffectKey } from './message.js';
import type { Plan } from './plan.js';
import { indexPlan, type PlanIndex } from './plan-index.js';
import type { RunState, StepState } from './state.js';
import { findIn, putIn } from './table.js';

/** What one message comes to: the new state, what to do in the world, what to tell it. */
export interface Turn {
  readonly state: RunState;
  readonly effects: readonly Effect[];
  readonly events: readonly RunEvent[];
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A turn in the making. The state it came from stays as it was. */
export class TurnBuilder {
  readonly index: PlanIndex;
  /** Steps that became ready, in the order in which they will begin. */
  readonly ready: string[] = [];
  effects: Effect[] = [];
  private readonly events: RunEvent[] = [];

  /** The state to come; what lies in it is shared with older states and never changed. */
  readonly state: Writable<RunState>;

  constructor(
    readonly plan: Plan,
    before: RunState,
    /** The driver's time, in milliseconds. */
    readonly at: number,
  ) {
    this.index = indexPlan(plan);
    this.state = { ...before };
  }

  stateOf(stepKey: string): StepState | undefined {
    return findIn(this.state.steps, stepKey);
  }

  setState(stepKey: string, next: StepState): void {
    this.state.underWay += Number(isUnderWay(next)) - Number(isUnderWay(this.stateOf(stepKey)));
    this.state.steps = putIn(this.state.steps, stepKey, next);
  }

  tell(fact: RunFact): void {
    this.state.seq += 1;
    this.events.push({ seq: this.state.seq, at: this.at, ...fact });
  }

  build(): Turn {
    return { state: this.state, effects: this.effects, events: this.events };
  }
}

type UnderWay = Extract<StepState, { readonly attempt: number }>;

/** Is the step running or waiting for its next try? */
export function isUnderWay(state: StepState | undefined): state is UnderWay {
  return state?.status === 'running' || state?.status === 'retrying';
}

/** The name of one try at one step. */
export const effectKey = (stepKey: string, attempt: number): EffectKey => `${stepKey}#${attempt}`;

/** Step and try of an effect key; a step's own key may hold the separator too. */
export function parseEffectKey(key: EffectKey): { readonly stepKey: string; readonly attempt: number } {
  const end = key.lastIndexOf('#');
  return { stepKey: key.slice(0, end), attempt: Number(key.slice(end + 1)) };
}
