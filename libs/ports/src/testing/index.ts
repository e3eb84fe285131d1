export { describeChatModelContract, type ChatModelBench } from './chat-model.contract.js';
export { describeCodeRunnerContract } from './code-runner.contract.js';
export {
  createFakeChatModel,
  type FakeAnswer,
  type FakeChatModel,
  type FakeChatModelOptions,
} from './fake-chat-model.js';
export {
  createFakeConversationMemory,
  createFakeLogger,
  createFakeModelDirectory,
  createFakeObjectStore,
  createFakeRunFeed,
  createFakeSecretStore,
  type FakeLogger,
  type FakeLogLine,
  type FakeRunFeed,
} from './fake-ports.js';
export { describeObjectStoreContract } from './object-store.contract.js';
export { buildOutboundRequest, describeOutboundHttpContract } from './outbound-http.contract.js';
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
