export type {
  ChatDelta,
  ChatMessage,
  ChatModel,
  ChatRequest,
  ChatUsage,
  ContentPart,
  ToolCall,
  ToolSchema,
} from './chat-model.js';
export type { CodeReply, CodeRequest, CodeRunner } from './code-runner.js';
export type { ConversationMemory, Turn } from './conversation-memory.js';
export { codeErrors, modelErrors, objectErrors, outboundErrors, secretErrors } from './errors.js';
export type { LogFields, Logger } from './logger.js';
export { normaliseProvider, type ModelDirectory, type ModelName } from './model-directory.js';
export { isObjectKey, type ObjectStore } from './object-store.js';
export type { OutboundHttp, OutboundReply, OutboundRequest } from './outbound-http.js';
export type { RunFeed, TextChunk, TextSource } from './run-feed.js';
export type { SecretStore } from './secret-store.js';
