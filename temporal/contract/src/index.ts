export {
  INLINE_PLAN_LIMIT_BYTES,
  STOP_SIGNAL,
  TASK_QUEUE,
  workflowId,
  workflowType,
  type PerformCall,
  type PerformReply,
  type RecordedEvent,
  type RunActivities,
  type RunIdentity,
  type RunInput,
  type RunResult,
} from './run.js';
