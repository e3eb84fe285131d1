import type { Logger } from '@temporalio/common';
import { WorkerThreadClient } from '@temporalio/worker/lib/workflow/threaded-vm.js';
import type {
  ActivateWorkflow,
  CreateWorkflow,
  WorkerThreadInput,
  WorkflowBundleWithSourceMapAndFilename,
} from '@temporalio/worker/lib/workflow/workflow-worker-thread/input.js';
import type { WorkerThreadOutput } from '@temporalio/worker/lib/workflow/workflow-worker-thread/output.js';
import { Worker } from 'node:worker_threads';
import { Places } from './places.js';

/** What the thread of workflow code may take, and who is told when it took more. */
export interface ThreadOptions {
  readonly heapMb: number;
  /** @param workflowId  of the workflow that is proved to have ended the thread: it was alone in it; else undefined */
  readonly onLost: (workflowId: string | undefined) => void;
}

/** What a thread is made ready with. */
export interface ThreadSetup {
  readonly workflowBundle: WorkflowBundleWithSourceMapAndFilename;
  readonly isolateExecutionTimeoutMs: number;
  readonly registeredActivityNames: Set<string>;
}

interface OpenThread {
  readonly worker: Worker;
  readonly client: WorkerThreadClient;
  readonly ready: Promise<unknown>;
  /** Ids of workflows by the runs of Temporal's that the thread holds. */
  readonly workflows: Map<string, string>;
  /** Those of them for which nothing is under way; the one that has been so for longest first. */
  readonly idle: Set<string>;
  /** In MiB, what of the thread's heap was in use when it was last cleaned up. */
  readonly usedMb: Int32Array;
}

/** A workflow that is being loaded: its history is replayed. */
interface Load {
  readonly workflowId: string;
  readonly places: number;
  /** It is alone in its thread, until its task is done. */
  readonly isTrial: boolean;
  /** Local activities of its task that are under way. */
  open: number;
  isReplaying: boolean;
}

const PUT_OUT = 'The workflow is not in memory any more; it is loaded again.';
const LOST = 'The thread of workflow code ended, most likely because its memory was used up.';
/** The thread writes here which of Temporal's runs it works at: a length, then as many letters. */
const NAME_BYTES = 256;
/** Of the thread's heap, what workflows may take between their steps; the rest is for those at work. */
const KEPT_SHARE = 0.6;
/** What a workflow that is loaded is reckoned with until it has caught up with its history. */
const LOADED_MB = 16;
/** What a workflow did longer ago is in its history, and is done again while it is loaded: a task is shorter. */
const TRIAL_MS = 10_000;

/**
 * The thread of workflow code as the SDK's worker sees it. A thread that ends is replaced: tasks that were under way
 * fail, and the workflows it held are loaded again with their next task. So are those that are put out because all
 * together take too much. Whoever was at work when a thread ended is loaded alone into a new one: only who ends that too
 * is to blame.
 */
export class LastingThread implements Pick<WorkerThreadClient, 'send' | 'destroy' | 'getActiveWorkflowCount'> {
  private thread: OpenThread;
  /** For as many as may be loaded at once. */
  private readonly places: Places;
  /** By Temporal's runs. */
  private readonly loads = new Map<string, Load>();
  /** Workflows that were at work when a thread ended, until they are known to do no harm. */
  private readonly suspects = new Set<string>();
  /** Which of them is alone in the thread. */
  private onTrial: string | undefined;
  private isClosing = false;

  private constructor(
    private readonly options: ThreadOptions,
    private readonly setup: ThreadSetup,
    private readonly logger: Logger,
  ) {
    this.places = new Places(Math.max(1, Math.floor(((1 - KEPT_SHARE) * options.heapMb) / LOADED_MB)));
    this.thread = this.open();
  }

  /** @throws why no thread can be made */
  static async start(options: ThreadOptions, setup: ThreadSetup, logger: Logger): Promise<LastingThread> {
    const lasting = new LastingThread(options, setup, logger);
    await lasting.thread.ready;
    return lasting;
  }

  async send(input: WorkerThreadInput): Promise<WorkerThreadOutput> {
    if (input.type === 'create-workflow') return this.load(input);
    const output = await this.pass(input).finally(() => {
      // the last that is asked about a step
      if (input.type === 'extract-sink-calls') this.rest(input.runId);
      if (input.type === 'dispose-workflow') this.endLoad(input.runId);
    });
    if (input.type === 'activate-workflow') this.note(input, output);
    return output;
  }

  /** Many at once would fill the memory before anybody knows how much they take. */
  private async load(input: CreateWorkflow): Promise<WorkerThreadOutput> {
    const { runId, workflowId } = input.options.info;
    const isTrial = this.suspects.has(workflowId);
    const places = isTrial ? this.places.count : 1;
    await this.places.take(places);
    this.loads.set(runId, { workflowId, places, isTrial, open: 0, isReplaying: true });
    if (isTrial) {
      this.onTrial = workflowId;
      if (this.thread.workflows.size > 0) this.renew();
    }
    try {
      return await this.pass(input);
    } catch (error) {
      this.endLoad(runId);
      throw error;
    }
  }

  /** What a step of a workflow that is being loaded tells of how far that is. */
  private note({ runId, activation }: ActivateWorkflow, output: WorkerThreadOutput): void {
    const load = this.loads.get(runId);
    if (!load || activation instanceof Uint8Array || output?.type !== 'activation-completion') return;
    const commands = output.completion instanceof Uint8Array ? [] : output.completion.successful?.commands;
    load.open -= activation.jobs?.filter(({ resolveActivity }) => resolveActivity?.isLocal).length ?? 0;
    load.open += commands?.filter(({ scheduleLocalActivity }) => scheduleLocalActivity).length ?? 0;
    if (!load.isReplaying || activation.isReplaying) return;
    load.isReplaying = false;
    if (load.isTrial) setTimeout(() => this.endLoad(runId, load), TRIAL_MS).unref();
  }

  /** Nothing is asked of a workflow until its next step. */
  private rest(runId: string): void {
    const load = this.loads.get(runId);
    if (load && !load.isReplaying && !(load.isTrial && load.open > 0)) this.endLoad(runId);
    if (!this.loads.has(runId) && this.thread.workflows.has(runId)) this.thread.idle.add(runId);
  }

  private endLoad(runId: string, load = this.loads.get(runId)): void {
    if (!load || this.loads.get(runId) !== load) return;
    this.loads.delete(runId);
    if (load.isTrial) {
      this.onTrial = undefined;
      this.suspects.delete(load.workflowId);
    }
    this.places.give(load.places);
  }

  private async pass(input: WorkerThreadInput): Promise<WorkerThreadOutput> {
    const { thread } = this;
    await thread.ready;
    if (input.type === 'create-workflow') {
      if ((thread.usedMb[0] ?? 0) > KEPT_SHARE * this.options.heapMb) putOutOlderHalf(thread);
      thread.workflows.set(input.options.info.runId, input.options.info.workflowId);
    } else if ('runId' in input && !thread.workflows.has(input.runId)) {
      // what it had recorded is gone as well, so its task must fail
      if (input.type !== 'dispose-workflow') throw new Error(PUT_OUT);
      return undefined;
    }
    if ('runId' in input) thread.idle.delete(input.runId);
    if (input.type === 'dispose-workflow') thread.workflows.delete(input.runId);
    try {
      return await thread.client.send(input);
    } catch (error) {
      // an error of the SDK for it would end the whole worker
      throw thread === this.thread ? error : new Error(LOST);
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
    const thread = { worker, client, ready, usedMb, workflows: new Map<string, string>(), idle: new Set<string>() };
    worker.once('exit', () => {
      // one that cannot even be made ready would be made for ever
      if (isReady && !this.isClosing && thread === this.thread) this.replace(textIn(name));
    });
    return thread;
  }

  /** In place of one that ended. */
  private replace(atWork: string): void {
    const { workflows, idle } = this.thread;
    this.thread = this.open();
    for (const [runId, workflowId] of workflows)
      // what a workflow is given, or gives, may be too much as well
      if (workflows.has(atWork) ? runId === atWork : !idle.has(runId)) this.suspects.add(workflowId);
    this.options.onLost(this.onTrial);
  }

  /** Whatever the thread holds is loaded again, into another. */
  private renew(): void {
    const { worker } = this.thread;
    this.thread = this.open();
    void worker.terminate();
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

function textIn(buffer: SharedArrayBuffer): string {
  const bytes = Buffer.from(buffer);
  return bytes.toString('latin1', 1, 1 + (bytes[0] ?? 0));
}
