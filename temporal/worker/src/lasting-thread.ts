import type { Logger } from '@temporalio/common';
import { WorkerThreadClient } from '@temporalio/worker/lib/workflow/threaded-vm.js';
import type {
  WorkerThreadInput,
  WorkflowBundleWithSourceMapAndFilename,
} from '@temporalio/worker/lib/workflow/workflow-worker-thread/input.js';
import type { WorkerThreadOutput } from '@temporalio/worker/lib/workflow/workflow-worker-thread/output.js';
import { Worker } from 'node:worker_threads';

/** What the thread of workflow code may take, and who is told when it took more. */
export interface ThreadOptions {
  readonly heapMb: number;
  /** @param workflowId  of the workflow that was at work in the thread when it ended; undefined when none was */
  readonly onLost: (workflowId: string | undefined) => void;
}

/** What a thread is made ready with. */
export interface ThreadSetup {
  readonly workflowBundle: WorkflowBundleWithSourceMapAndFilename;
  readonly isolateExecutionTimeoutMs: number;
  readonly registeredActivityNames: Set<string>;
}

interface OpenThread {
  readonly client: WorkerThreadClient;
  readonly ready: Promise<unknown>;
  /** Ids of workflows by the runs of Temporal's that the thread holds. */
  readonly workflows: Map<string, string>;
  /** Temporal's runs whose next step the thread was asked for and has not given. */
  readonly asked: Set<string>;
}

const LOST = 'The thread of workflow code ended, most likely because its memory was used up.';
/** The thread writes here which of Temporal's runs it works at: a length, then as many letters. */
const NAME_BYTES = 256;

/**
 * The thread of workflow code as the SDK's worker sees it. A thread that ends is replaced: tasks that were under way
 * fail, and the workflows it held are loaded again with their next task.
 */
export class LastingThread implements Pick<WorkerThreadClient, 'send' | 'destroy' | 'getActiveWorkflowCount'> {
  private thread: OpenThread;
  private isClosing = false;

  private constructor(
    private readonly options: ThreadOptions,
    private readonly setup: ThreadSetup,
    private readonly logger: Logger,
  ) {
    this.thread = this.open();
  }

  /** @throws why no thread can be made */
  static async start(options: ThreadOptions, setup: ThreadSetup, logger: Logger): Promise<LastingThread> {
    const lasting = new LastingThread(options, setup, logger);
    await lasting.thread.ready;
    return lasting;
  }

  async send(input: WorkerThreadInput): Promise<WorkerThreadOutput> {
    const { thread } = this;
    await thread.ready;
    if (input.type === 'create-workflow') thread.workflows.set(input.options.info.runId, input.options.info.workflowId);
    else if ('runId' in input && !thread.workflows.has(input.runId)) return answerOfNone(input);
    try {
      if (input.type === 'activate-workflow') thread.asked.add(input.runId);
      return await thread.client.send(input);
    } catch (error) {
      // an error of the SDK for it would end the whole worker
      throw thread === this.thread ? error : new Error(LOST);
    } finally {
      if (input.type === 'activate-workflow') thread.asked.delete(input.runId);
      if (input.type === 'dispose-workflow') thread.workflows.delete(input.runId);
    }
  }

  async destroy(): Promise<void> {
    this.isClosing = true;
    await this.thread.client.destroy();
  }

  getActiveWorkflowCount(): number {
    return this.thread.workflows.size;
  }

  private open(): OpenThread {
    const name = new SharedArrayBuffer(NAME_BYTES);
    const worker = new Worker(new URL('./workflow-thread.mjs', import.meta.url), {
      workerData: { name },
      resourceLimits: { maxOldGenerationSizeMb: this.options.heapMb },
    });
    const client = new WorkerThreadClient(worker, this.logger);
    const { setup } = this;
    const settings = { reuseV8Context: true, hasPatchActivationCallback: false };
    const ready = client.send({ type: 'init', ...setup, ...settings });
    let isReady = false;
    ready.then(
      () => (isReady = true),
      () => undefined, // whoever sends something is told
    );
    const thread = { client, ready, workflows: new Map<string, string>(), asked: new Set<string>() };
    worker.once('exit', () => {
      // one that cannot even be made ready would be made for ever
      if (isReady && !this.isClosing) this.replace(thread, textIn(name));
    });
    return thread;
  }

  private replace({ workflows, asked }: OpenThread, atWork: string): void {
    this.thread = this.open();
    // what a workflow is given, or gives, may be too much as well
    const [only = '', ...others] = asked;
    this.options.onLost(workflows.get(atWork || (others.length === 0 ? only : '')));
  }
}

/** The answer about a workflow that was lost with its thread: its task fails, and everything else of it is done. */
function answerOfNone({ type }: WorkerThreadInput): WorkerThreadOutput {
  if (type === 'activate-workflow') throw new Error(LOST);
  return type === 'extract-sink-calls' ? { type: 'sink-calls', calls: [] } : undefined;
}

function textIn(buffer: SharedArrayBuffer): string {
  const bytes = Buffer.from(buffer);
  return bytes.toString('latin1', 1, 1 + (bytes[0] ?? 0));
}
