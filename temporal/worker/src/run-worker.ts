import type { EventSink } from '@tenon/activities';
import type { RunActivities } from '@tenon/contract';
import type { Database, Listener } from '@tenon/database';
import type { RunLimits } from '@tenon/engine';
import type { Logger, ObjectStore } from '@tenon/ports';
import type { WorkerOptions } from '@temporalio/worker';
import { endDeadlyRun } from './deadly-runs.js';
import { forgetWorkflow } from './forgotten-workflows.js';
import { Keeper, type KeeperParts } from './keeper.js';
import { Lease } from './lease.js';
import { createLocalTroubleNotes } from './local-trouble.js';
import type { MemoryShares } from './memory-shares.js';
import { Reconciler } from './reconciler.js';
import { Relay } from './relay.js';
import { connectTemporal, createWorker } from './temporal.js';

export interface WorkerSetup {
  readonly database: Database;
  readonly listener: Listener;
  readonly activities: RunActivities;
  readonly eventSink: EventSink;
  readonly logger: Logger;
  readonly workerId: string;
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  readonly limits: RunLimits;
  readonly maxRunsPerTeam: number;
  readonly objects: ObjectStore;
  readonly keeping: KeeperParts['keeping'];
  readonly memory: Omit<MemoryShares, 'valueBytes'>;
}

export interface RunningWorker {
  /** Resolves when the worker has ended in order; rejects when it cannot go on. */
  readonly ended: Promise<void>;
  /** Takes nothing new, gives running activities a moment, and ends. */
  close(): Promise<void>;
}

/** Starts polling, relaying, beating the lease and reconciling; returns when the worker polls and has said so. */
export async function runWorker(setup: WorkerSetup): Promise<RunningWorker> {
  const { database, listener, logger, workerId, limits, maxRunsPerTeam } = setup;
  const connection = await connectTemporal(setup.temporal.address, logger);
  const { worker, client } = await createWorker(connection, {
    namespace: setup.temporal.namespace,
    workerId,
    workflowBundle: setup.workflowBundle,
    activities: setup.activities,
    eventSink: setup.eventSink,
    activityInterceptors: [createLocalTroubleNotes(database, logger)],
    memory: setup.memory,
    onLost: (provedId) => {
      logger.error({}, 'the thread of workflow code ended, another takes over');
      if (provedId !== undefined) void endDeadlyRun({ database, client, logger }, provedId);
    },
    logger,
  });
  const lease = new Lease(database, workerId, logger);
  const relay = new Relay({ database, listener, client, logger, limits, maxRunsPerTeam });
  const reconciler = new Reconciler({ database, client, logger, onServer: (isAway) => lease.noteServer(isAway) });
  const { objects, keeping } = setup;
  const forget: KeeperParts['forget'] = (runId, signal) => forgetWorkflow(client, runId, signal);
  const keeper = new Keeper({ database, objects, logger, keeping, forget });
  // who dies of its first task has died: only a worker that has a lease is missed
  await lease.start();
  const polling = worker.run();
  polling.catch(() => undefined); // whoever waits for its end is told
  relay.start();
  reconciler.start();
  keeper.start();
  listener.start();
  return {
    ended: polling,
    close: async () => {
      const closing = [relay.close(), reconciler.close(), keeper.close()];
      // whoever waits for our end does not wait for long: the time for calls that are open begins before anything else ends
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all(closing);
      await listener.close();
      try {
        await polling;
      } finally {
        // also after an end that was forced, so that nothing of this worker goes on
        await lease.close();
        await connection.close();
      }
    },
  };
}
