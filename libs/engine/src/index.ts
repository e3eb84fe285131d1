export { advance, start } from './advance.js';
export { evaluateGroup, type ConditionOperator } from './condition.js';
export type { Effect } from './effect.js';
export type { RunEvent, RunFact, RunOutcome } from './event.js';
export {
  fileTypeOf,
  isFileType,
  isFileValue,
  keptFileUrl,
  objectKeyIn,
  type FileType,
  type FileValue,
} from './file.js';
export { coerceInputs, type InputIssue } from './inputs.js';
export { jsonText, parseJsonText } from './json-text.js';
export type { EffectKey, Message } from './message.js';
export type {
  FailureRule,
  InputField,
  Instruction,
  Plan,
  PlanEdge,
  PlanStep,
  PlanVariable,
  RetryRule,
  Segment,
  Selector,
} from './plan.js';
export { collectInputs, lookupIn, selectorKey, walk } from './reference.js';
export type { StartInput } from './start-input.js';
export type { RunLimits, RunState, StepState, StepTry } from './state.js';
export type { Failure, InlineFunction, Inputs, Lookup, StepResult, Usage } from './step-result.js';
export { openReply, replyToChunk, replyToEvent } from './reply.js';
export type { Reply, ReplyPiece } from './reply-state.js';
export { foldRunView, stepIn, stepsIn, type RetryView, type RunView, type StepView } from './run-view.js';
export { answerParts } from './run-outputs.js';
export { checkTextLength, fillTemplate, joinText, parseTemplate, selectorsIn } from './template.js';
export { toMarkdown, toText } from './text-form.js';
export type { Turn } from './turn.js';
export { dropUnread } from './unread.js';
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
  type Outputs,
  tooLarge,
  type Value,
  type ValueType,
} from './value.js';
