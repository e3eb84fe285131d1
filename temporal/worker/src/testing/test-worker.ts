import { createEventSink, createRunActivities, Quarantine, Wakefulness } from '@tenon/activities';
import type { MemoryRoom } from '@tenon/base';
import { createDiskObjectStore } from '@tenon/object-store-disk';
import { createOpenAiCompatibleModels } from '@tenon/openai-compatible';
import { createOutboundHttp, createProviderConnector } from '@tenon/outbound-http';
import type { RunActivities } from '@tenon/contract';
import { Listener, openDatabase, PostgresRunFeed, PostgresSecretStore, RunBell, TokenBudgets } from '@tenon/database';
import { fixedKeys } from '@tenon/database/testing';
import type { RunLimits } from '@tenon/engine';
import type { CodeRunner } from '@tenon/ports';
import { createFakeLogger, type FakeLogger } from '@tenon/ports/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { withinBudget } from '../budget.js';
import { createValueRoom } from '../memory-shares.js';
import { runWorker, type RunningWorker } from '../run-worker.js';
import type { RunBench } from './run-bench.js';

/** The key under which test workers seal. */
export const SECRET_KEY = new Uint8Array(32);

export interface TestWorkerOptions {
  readonly workerId?: string;
  /** Address of the scripted model, with `/v1`; every model name is answered by it. */
  readonly modelUrl?: string;
  /** From the request to the first piece of the answer, in milliseconds. */
  readonly firstTokenTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  /** Of teams that have none of their own. */
  readonly tokensPerDay?: number;
  /** Text of one reply. */
  readonly maxReplyBytes?: number;
  readonly maxPromptTokens?: number;
  /** What large values may take together. */
  readonly memory?: MemoryRoom;
  readonly workflowHeapMb?: number;
  readonly code?: CodeRunner;
  readonly maxRunsPerTeam?: number;
  readonly limits?: RunLimits;
  /** Holds large values; a temporary one when left out. */
  readonly objectsFolder?: string;
  /** Other workflow code than the bench's. */
  readonly workflowBundle?: RunBench['bundle'];
  /** Stands between Temporal and the activities, for faults. */
  readonly wrap?: (activities: RunActivities) => RunActivities;
}

/** A worker in this process with the real adapters, and its log. */
export interface TestWorker extends RunningWorker {
  readonly logger: FakeLogger;
  readonly objectsFolder: string;
}

const noCode = () => Promise.reject(new Error('this suite has no code runner'));
const withoutCode: CodeRunner = { run: noCode, describe: noCode };

/** Starts a worker on the servers of a bench; a closed one takes its pool and its files with it. */
export async function startTestWorker(bench: RunBench, options: TestWorkerOptions = {}): Promise<TestWorker> {
  const workerId = options.workerId ?? 'w1';
  const logger = createFakeLogger();
  const database = openDatabase({ url: bench.test.url, poolSize: 10, name: workerId });
  const bell = new RunBell(database, logger);
  const objectsFolder = options.objectsFolder ?? (await mkdtemp(path.join(os.tmpdir(), 'tenon-objects-')));
  const { firstTokenTimeoutMs = 20_000, idleTimeoutMs, maxReplyBytes, maxPromptTokens = 500_000 } = options;
  const limits = {
    firstTokenTimeoutMs,
    ...(idleTimeoutMs && { idleTimeoutMs }),
    ...(maxReplyBytes && { maxReplyBytes }),
    callLimits: { maxPromptTokens, maxReplyTokens: 65_536 },
  };
  const models = createOpenAiCompatibleModels({ ...limits, connect: createProviderConnector({ allow: [] }) }, logger);
  const endpoint = { provider: 'openai', baseUrl: options.modelUrl ?? 'http://127.0.0.1:9/v1', apiKey: 'sk-test' };
  const parts: Parameters<typeof createRunActivities>[0] = {
    database,
    bell,
    feed: new PostgresRunFeed(database, bell, logger),
    secrets: new PostgresSecretStore(database, fixedKeys(SECRET_KEY)),
    logger,
    workerId,
    quarantine: new Quarantine(),
    wakefulness: new Wakefulness(),
    memory: options.memory ?? createValueRoom(256 * 1024 * 1024),
    ports: {
      models: withinBudget(
        { getChatModel: async (_team, { name }) => models.getChatModel(endpoint, name) },
        new TokenBudgets(database, options.tokensPerDay),
      ),
      code: options.code ?? withoutCode,
      http: createOutboundHttp({ allow: ['127.0.0.0/8'] }),
      memory: bench.history,
      objects: createDiskObjectStore(objectsFolder),
    },
  };
  const activities = createRunActivities(parts);
  const eventSink = createEventSink(parts);
  const running = await runWorker({
    database,
    listener: new Listener(database, logger),
    logger,
    workerId,
    temporal: { address: bench.temporal.address, namespace: 'tenon' },
    workflowBundle: options.workflowBundle ?? bench.bundle,
    limits: options.limits ?? { maxSteps: 20_000, maxDurationMs: 600_000 },
    maxRunsPerTeam: options.maxRunsPerTeam ?? 100,
    objects: parts.ports.objects,
    keeping: { runsDays: 90, testRunsDays: 14 },
    activities: options.wrap ? options.wrap(activities) : activities,
    eventSink,
    memory: { workflowHeapMb: options.workflowHeapMb ?? 256, cachedRuns: 500, steps: 400 },
  });
  return {
    ...running,
    logger,
    objectsFolder,
    close: async () => {
      await running.close();
      await models.close();
      await database.close();
      await rm(objectsFolder, { recursive: true, force: true });
    },
  };
}
