import type { StepResult } from './step-result.js';

/** What happened outside. `at` is the driver's time in milliseconds since 1970: the engine has no clock of its own. */
export type Message = { readonly at: number } & (
  | { readonly type: 'step.finished'; readonly key: EffectKey; readonly result: StepResult }
  | { readonly type: 'timer.fired'; readonly key: EffectKey }
  | { readonly type: 'cancel.requested'; readonly reason: string }
);

/** `stepKey#attempt`: names one try at one step, stable when it is executed again after a loss. */
export type EffectKey = string;
