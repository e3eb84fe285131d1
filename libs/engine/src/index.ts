export { advance, start } from './advance.js';
export { evaluateGroup, type Condition, type ConditionGroup, type ConditionOperator } from './condition.js';
export type { Effect } from './effect.js';
export type { RunEvent, RunFact, RunOutcome } from './event.js';
export { fileTypeOf, isFileType, isFileValue, type FileType, type FileValue, type TransferMethod } from './file.js';
export { coerceEncodedInputs, coerceInputs, type CoercedInputs, type InputIssue } from './inputs.js';
export { jsonText, parseJsonText } from './json-text.js';
export type { LiveText, TextPiece } from './live-text.js';
export type { EffectKey, Message } from './message.js';
export type {
  FailureRule,
  FileRules,
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
export { collectInputs, lookupIn, needsOutside, resolve, selectorKey, walk } from './reference.js';
export type { StartInput } from './start-input.js';
export type { JoinState, Pool, RunLimits, RunState, StepState } from './state.js';
export type { Failure, InlineFunction, Inputs, Lookup, StepResult, Usage } from './step-result.js';
export { openReply, replyToChunk, replyToEvent, type ReplyTurn } from './reply.js';
export { REASONING_CHANNEL, type Reply, type ReplyCursor, type ReplyPiece } from './reply-state.js';
export { foldRunView, stepIn, stepsIn, type RetryView, type RunView, type StepView } from './run-view.js';
export { answerParts } from './run-outputs.js';
export type { Table } from './table.js';
export { fillTemplate, parseTemplate, selectorsIn } from './template.js';
export { maskSecret, pythonRepr, toLog, toMarkdown, toText } from './text-form.js';
export type { Turn } from './turn.js';
export {
  decode,
  encode,
  entriesOf,
  holdsReference,
  isAssignable,
  isMapping,
  isNumber,
  isSecret,
  secretOf,
  storedKey,
  typeOf,
  zeroOf,
  type Outputs,
  type Value,
  type ValueType,
} from './value.js';
