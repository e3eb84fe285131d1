export type { ScriptedCall, ScriptedCallState, ScriptedCounts } from './scripted-calls.js';
export {
  connectScriptedModel,
  spawnScriptedModel,
  type RemoteScriptedModel,
  type ScriptedModelProcess,
} from './scripted-model-process.js';
export { startScriptedModel, type ScriptedModel, type ScriptedModelOptions } from './scripted-model.js';
export type {
  ScriptedCondition,
  ScriptedFault,
  ScriptedReply,
  ScriptedRule,
  ScriptedToolCall,
  TextMatch,
} from './scripted-rule.js';
