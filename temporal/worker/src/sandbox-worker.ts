import type { Logger } from '@temporalio/common';
import { Worker, type CompiledWorkerOptions } from '@temporalio/worker';
import { ThreadedVMWorkflowCreator, type WorkerThreadClient } from '@temporalio/worker/lib/workflow/threaded-vm.js';
import type { WorkflowBundleWithSourceMapAndFilename } from '@temporalio/worker/lib/workflow/workflow-worker-thread/input.js';
import { LastingThread, type ThreadOptions } from './lasting-thread.js';

/** The SDK's worker with a workflow thread of ours: docs/adr/0015-lighter-sandbox.md. */
export class SandboxWorker extends Worker {
  protected static thread: ThreadOptions = { heapMb: 512, onLost: () => undefined };

  /** The same with a thread of other options. */
  static withThread(options: ThreadOptions): typeof SandboxWorker {
    return class extends SandboxWorker {
      protected static override thread = options;
    };
  }

  protected static override async createWorkflowCreator(
    workflowBundle: WorkflowBundleWithSourceMapAndFilename,
    { activities, isolateExecutionTimeoutMs }: CompiledWorkerOptions,
    logger: Logger,
  ): Promise<ThreadedVMWorkflowCreator> {
    const registeredActivityNames = new Set(activities.keys());
    const setup = { workflowBundle, isolateExecutionTimeoutMs, registeredActivityNames };
    const thread = await LastingThread.start(this.thread, setup, logger);
    return new ThreadedVMWorkflowCreator([thread as unknown as WorkerThreadClient]);
  }
}
