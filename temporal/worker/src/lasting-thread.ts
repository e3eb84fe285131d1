import { MemoryRoom, type Holding } from '@tenon/base';
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
  /** Those of them for which nothing is under way; the one that has been so for longest first. */
  readonly idle: Set<string>;
  /** In MiB, what of the thread's heap was in use when it was last cleaned up. */
  readonly usedMb: Int32Array;
  /** Temporal's runs whose next step the thread was asked for and has not given. */
  readonly asked: Set<string>;
}

const PUT_OUT = 'The workflow is not in memory any more; it is loaded again.';
const LOST = 'The thread of workflow code ended, most likely because its memory was used up.';
/** The thread writes here which of Temporal's runs it works at: a length, then as many letters. */
const NAME_BYTES = 256;
/** Of the thread's heap, what workflows may take between their steps; the rest is for the one at work. */
const KEPT_SHARE = 0.6;
/** What a workflow that is loaded is reckoned with until its first step is done. */
const LOADED_MB = 16;

/**
 * The thread of workflow code as the SDK's worker sees it. A thread that ends is replaced: tasks that were under way
 * fail, and the workflows it held are loaded again with their next task. So are those that are put out because all
 * together take too much.
 */
export class LastingThread implements Pick<WorkerThreadClient, 'send' | 'destroy' | 'getActiveWorkflowCount'> {
  private thread: OpenThread;
  /** In MiB; taken by what is loaded, by Temporal's runs. */
  private readonly room: MemoryRoom;
  private readonly loads = new Map<string, Holding>();
  private isClosing = false;

  private constructor(
    private readonly options: ThreadOptions,
    private readonly setup: ThreadSetup,
    private readonly logger: Logger,
  ) {
    this.room = new MemoryRoom((1 - KEPT_SHARE) * options.heapMb, 0);
    this.thread = this.open();
  }

  /** @throws why no thread can be made */
  static async start(options: ThreadOptions, setup: ThreadSetup, logger: Logger): Promise<LastingThread> {
    const lasting = new LastingThread(options, setup, logger);
    await lasting.thread.ready;
    return lasting;
  }

  async send(input: WorkerThreadInput): Promise<WorkerThreadOutput> {
    if (input.type === 'create-workflow') return this.load(input, input.options.info.runId);
    try {
      return await this.pass(input);
    } finally {
      // the last that is asked about a step
      if (input.type === 'extract-sink-calls') this.endLoad(input.runId);
    }
  }

  /** Many at once would fill the memory before anybody knows how much they take. */
  private async load(input: WorkerThreadInput, runId: string): Promise<WorkerThreadOutput> {
    const load = this.room.enter();
    this.loads.set(runId, load);
    try {
      await load.take(LOADED_MB);
      return await this.pass(input);
    } catch (error) {
      this.endLoad(runId);
      throw error;
    }
  }

  private endLoad(runId: string): void {
    this.loads.get(runId)?.leave();
    this.loads.delete(runId);
  }

  private async pass(input: WorkerThreadInput): Promise<WorkerThreadOutput> {
    const { thread } = this;
    await thread.ready;
    if (input.type === 'create-workflow') {
      if ((thread.usedMb[0] ?? 0) > KEPT_SHARE * this.options.heapMb) putOutOlderHalf(thread);
      thread.workflows.set(input.options.info.runId, input.options.info.workflowId);
    } else if ('runId' in input && !thread.workflows.has(input.runId)) return answerOfNone(input);
    try {
      if (input.type === 'activate-workflow') {
        thread.idle.delete(input.runId);
        thread.asked.add(input.runId);
      }
      return await thread.client.send(input);
    } catch (error) {
      // an error of the SDK for it would end the whole worker
      throw thread === this.thread ? error : new Error(LOST);
    } finally {
      if (input.type === 'activate-workflow') thread.asked.delete(input.runId);
      if (input.type === 'extract-sink-calls') thread.idle.add(input.runId);
      if (input.type === 'dispose-workflow') {
        thread.idle.delete(input.runId);
        thread.workflows.delete(input.runId);
      }
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
    const usedMb = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const worker = new Worker(new URL('./workflow-thread.mjs', import.meta.url), {
      workerData: { name, usedMb },
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
    const workflows = new Map<string, string>();
    const thread = { client, ready, workflows, usedMb, idle: new Set<string>(), asked: new Set<string>() };
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

/** Lets go of workflows that have been idle for longest. What they took is free when the thread is next cleaned up. */
function putOutOlderHalf({ client, workflows, idle, usedMb }: OpenThread): void {
  usedMb[0] = 0;
  for (const runId of [...idle].slice(0, Math.ceil(idle.size / 2))) {
    idle.delete(runId);
    workflows.delete(runId);
    client.send({ type: 'dispose-workflow', runId }).catch(() => undefined); // gone with its thread
  }
}

/** The answer about a workflow that is not in memory any more: its task fails, and everything else of it is done. */
function answerOfNone({ type }: WorkerThreadInput): WorkerThreadOutput {
  if (type === 'activate-workflow') throw new Error(PUT_OUT);
  return type === 'extract-sink-calls' ? { type: 'sink-calls', calls: [] } : undefined;
}

function textIn(buffer: SharedArrayBuffer): string {
  const bytes = Buffer.from(buffer);
  return bytes.toString('latin1', 1, 1 + (bytes[0] ?? 0));
}
