import type { Logger } from '@temporalio/common';
import { Worker, type CompiledWorkerOptions } from '@temporalio/worker';
import { ThreadedVMWorkflowCreator, WorkerThreadClient } from '@temporalio/worker/lib/workflow/threaded-vm.js';
import type { WorkflowBundleWithSourceMapAndFilename } from '@temporalio/worker/lib/workflow/workflow-worker-thread/input.js';
import { Worker as Thread } from 'node:worker_threads';

/** The SDK's worker with a workflow thread of ours: docs/adr/0015-lighter-sandbox.md. */
export class SandboxWorker extends Worker {
  protected static override async createWorkflowCreator(
    workflowBundle: WorkflowBundleWithSourceMapAndFilename,
    { activities, isolateExecutionTimeoutMs }: CompiledWorkerOptions,
    logger: Logger,
  ): Promise<ThreadedVMWorkflowCreator> {
    const thread = new WorkerThreadClient(new Thread(new URL('./workflow-thread.mjs', import.meta.url)), logger);
    await thread.send({
      ...{ type: 'init', workflowBundle, isolateExecutionTimeoutMs },
      ...{ reuseV8Context: true, hasPatchActivationCallback: false },
      registeredActivityNames: new Set(activities.keys()),
    });
    return new ThreadedVMWorkflowCreator([thread]);
  }
}
