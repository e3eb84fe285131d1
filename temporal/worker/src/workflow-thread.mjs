// The thread of workflow code: the SDK's own, without what costs more than the code that runs in it.
import { createRequire } from 'node:module';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { Script } from 'node:vm';
import { workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const { ReusableVMWorkflowCreator } = require('@temporalio/worker/lib/workflow/reusable-vm');
const { BaseVMWorkflow, globalHandlers } = require('@temporalio/worker/lib/workflow/vm-shared');

/** An activation that takes longer hangs, in milliseconds. Shorter than a task may take, so that the server is told. */
const ACTIVATION_LIMIT_MS = 4_000;

// A stack trace for every promise, which only the query `__stack_trace` reads. Errors keep theirs.
globalHandlers.setPromiseHook = () => undefined;

// The SDK gives each of the calls that make up an activation a time limit, and each limit starts a thread: here they
// have none, and the activation as a whole has one.
const { create } = ReusableVMWorkflowCreator;
ReusableVMWorkflowCreator.create = function (bundle, _limitMs, ...others) {
  return create.call(this, bundle, undefined, ...others);
};
const limited = new Script('globalThis.activateLimited()');
const { activate } = BaseVMWorkflow.prototype;
// Which workflow is at work is left where the main thread can read it, should this thread end in the middle.
const name = Buffer.from(workerData.name);
BaseVMWorkflow.prototype.activate = function (activation) {
  name[0] = name.write(this.runId, 1, 'latin1');
  globalThis.activateLimited = () => activate.call(this, activation);
  try {
    return limited.runInThisContext({ timeout: ACTIVATION_LIMIT_MS });
  } finally {
    name[0] = 0; // the workflow's code has run; the SDK only waits for a turn
  }
};

// What is in use is known only after a collection of all that is not.
new PerformanceObserver((list) => {
  const isWhole = ({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
  if (list.getEntries().some(isWhole)) workerData.usedMb[0] = getHeapStatistics().used_heap_size / 2 ** 20;
}).observe({ entryTypes: ['gc'] });

// What the SDK itself says of each workflow for debugging would be copied to the main thread to be dropped there.
const isNoise = ({ ifaceName, fnName }) => ifaceName === '__temporal_logger' && fnName === 'debug';
const { getAndResetSinkCalls } = BaseVMWorkflow.prototype;
BaseVMWorkflow.prototype.getAndResetSinkCalls = async function () {
  return (await getAndResetSinkCalls.call(this)).filter((call) => !isNoise(call));
};

require('@temporalio/worker/lib/workflow/workflow-worker-thread');
