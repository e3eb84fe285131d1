import type { Logger } from '@tenon/ports';
import { Client } from '@temporalio/client';
import {
  NativeConnection,
  type ActivityInterceptorsFactory,
  type InjectedSinks,
  type Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { EventSink } from '@tenon/activities';
import { TASK_QUEUE, type RunActivities, type RunSinks } from '@tenon/contract';
import type { ThreadOptions } from './lasting-thread.js';
import type { MemoryShares } from './memory-shares.js';
import { createWorkflowRelease } from './released-workflows.js';
import { SandboxWorker } from './sandbox-worker.js';

const RETRY_MS = 500;

/** Connects to the workflow server; waits for one that is not there yet, saying so every few seconds. */
export async function connectTemporal(address: string, logger: Logger): Promise<NativeConnection> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await NativeConnection.connect({ address, grpcCompression: { codec: 'none' } });
    } catch (error) {
      if (tries % 10 === 0)
        logger.warn(
          { address, reason: reasonOf(error as Error) },
          'the workflow server does not answer yet; runs wait for it',
        );
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** In a few words: the SDK's own are the inside of its library. */
function reasonOf({ message }: Error): string {
  return /connection (?:refused|reset)|timed out|dns error/i.exec(message)?.[0].toLowerCase() ?? 'no connection';
}

/** The worker of the one queue, and a client on the same connection, which is what makes starts eager. */
export async function createWorker(
  connection: NativeConnection,
  options: {
    readonly namespace: string;
    readonly workerId: string;
    readonly workflowBundle: WorkerOptions['workflowBundle'];
    readonly activities: RunActivities;
    readonly eventSink: EventSink;
    /** Stand around every activity. */
    readonly activityInterceptors: readonly ActivityInterceptorsFactory[];
    readonly memory: Omit<MemoryShares, 'valueBytes'>;
    readonly onLost: ThreadOptions['onLost'];
    readonly logger: Logger;
  },
): Promise<{ worker: Worker; client: Client }> {
  const { namespace, workerId, workflowBundle, activities, eventSink, activityInterceptors, memory, onLost, logger } =
    options;
  const sinks: InjectedSinks<RunSinks> = {
    record: { write: { fn: (_info, run, events) => eventSink(run, events), callDuringReplay: false } },
  };
  const worker = await SandboxWorker.withThread({ heapMb: memory.workflowHeapMb, onLost }).create({
    connection,
    namespace,
    identity: workerId,
    taskQueue: TASK_QUEUE,
    activities,
    sinks,
    interceptors: { activity: [createWorkflowRelease(connection, namespace, logger), ...activityInterceptors] },
    ...(workflowBundle && { workflowBundle }),
    maxCachedWorkflows: memory.cachedRuns,
    stickyQueueScheduleToStartTimeout: '1s',
    // the SDK would pass on a sign of life only every four seconds of the five in which one must come
    maxHeartbeatThrottleInterval: '1s',
    maxConcurrentWorkflowTaskExecutions: 100,
    maxConcurrentActivityTaskExecutions: memory.steps,
    shutdownGraceTime: '1s',
    shutdownForceTime: '10s',
  });
  return { worker, client: new Client({ connection, namespace, identity: workerId }) };
}
