export type { Effect } from './effect.js';
export type { RunEvent, RunFact, RunOutcome } from './event.js';
export type { EffectKey, Message } from './message.js';
export type {
  FailureRule,
  InputField,
  Instruction,
  Plan,
  PlanEdge,
  PlanStep,
  PlanVariable,
  ResponseTemplate,
  RetryRule,
  Segment,
  Selector,
} from './plan.js';
export type { StartInput } from './start-input.js';
export type { EdgeState, Pool, RunLimits, RunState, StepState } from './state.js';
export type { Failure, InlineFunction, Inputs, Lookup, StepResult, Usage } from './step-result.js';
export type { Outputs, Value, ValueType } from './value.js';
