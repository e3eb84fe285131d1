export { buildFile } from './build-file.js';
export { buildPlan, type PlanDrawing, type StepDrawing } from './build-plan.js';
export {
  drawnFunctions,
  fails,
  failsFirst,
  lasting,
  never,
  returns,
  streams,
  takes,
  type Emit,
  type Perform,
  type Performer,
  type PerformFunction,
  type TimedPerformer,
} from './performers.js';
export { runInMemory, runInMemoryAsync, type MemoryOptions, type MemoryRun, type Performers } from './run-in-memory.js';
