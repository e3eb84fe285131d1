import { createHttpCodeRunner } from '@tenon/code-runner-http';
import { createRunActivities, createEventSink, Quarantine, Wakefulness, type EventSink } from '@tenon/activities';
import type { RunActivities } from '@tenon/contract';
import {
  HistoryRepository,
  Listener,
  openDatabase,
  PostgresRunFeed,
  PostgresSecretStore,
  ProviderRepository,
  RunBell,
  TokenBudgets,
  type Database,
} from '@tenon/database';
import { createDiskObjectStore } from '@tenon/object-store-disk';
import { createOpenAiCompatibleModels, type OpenAiCompatibleConfig } from '@tenon/openai-compatible';
import { createOutboundHttp, createProviderConnector } from '@tenon/outbound-http';
import { createLogger, loadSecretKeys, rememberSecret, type Config } from '@tenon/platform';
import type { Logger, ObjectStore, SealingKeys } from '@tenon/ports';
import { getHeapStatistics } from 'node:v8';
import { logSteps } from './log-steps.js';
import { createValueRoom, shareMemory, type MemoryShares } from './memory-shares.js';
import { withinBudget } from './budget.js';
import {
  createModelDirectory,
  ENVIRONMENT_PROVIDER,
  type EnvironmentServer,
  type ModelServer,
} from './model-directory.js';

/** Settings without which a worker cannot start. */
export const REQUIRED = ['database.url', 'temporal.address', 'codeRunner.url', 'codeRunner.token'] as const;
export type WorkerConfig = Config<(typeof REQUIRED)[number]>;

/** What a worker process is made of. */
export interface WorkerParts {
  readonly logger: Logger;
  readonly database: Database;
  readonly secretKeys: SealingKeys;
  readonly listener: Listener;
  readonly objects: ObjectStore;
  readonly activities: RunActivities;
  readonly eventSink: EventSink;
  readonly memory: MemoryShares;
}

/** Ports ← adapters ← settings. Connects to nothing yet. */
export async function composeWorker(config: WorkerConfig, workerId: string): Promise<WorkerParts> {
  const logger = createLogger({ ...config.log, name: 'worker' });
  const database = openDatabase({ url: config.database.url, poolSize: config.database.poolSize, name: workerId });
  const bell = new RunBell(database, logger);
  const secretKeys = await loadSecretKeys(config);
  const secrets = new PostgresSecretStore(database, secretKeys, rememberSecret);
  const objects = createDiskObjectStore(config.data.objectsFolder);
  const connect = createProviderConnector({ allow: config.outbound.allow });
  const memory = shareMemory(getHeapStatistics().heap_size_limit);
  const models = createOpenAiCompatibleModels({ connect, ...limitsOfCalls(config) }, logger);
  const activityParts = {
    database,
    bell,
    feed: new PostgresRunFeed(database, bell, logger),
    secrets,
    logger,
    workerId,
    quarantine: new Quarantine(),
    wakefulness: new Wakefulness(),
    memory: createValueRoom(memory.valueBytes),
    ports: {
      models: withinBudget(
        createModelDirectory({
          providers: new ProviderRepository(database),
          secrets,
          environment: environmentServer(config),
          local: localServer(config),
          createModel: (server, name) => models.getChatModel(server, name),
        }),
        new TokenBudgets(database, config.models.teamTokensPerDay),
      ),
      code: createHttpCodeRunner({ url: config.codeRunner.url, token: config.codeRunner.token }),
      http: createOutboundHttp({ allow: config.outbound.allow }),
      memory: new HistoryRepository(database),
      objects,
    },
  };
  return {
    ...{ logger, database, secretKeys, objects, listener: new Listener(database, logger) },
    activities: logSteps(createRunActivities(activityParts), logger),
    eventSink: createEventSink(activityParts),
    memory,
  };
}

function limitsOfCalls({ models }: WorkerConfig): Omit<OpenAiCompatibleConfig, 'connect'> {
  const { firstTokenSeconds, idleSeconds, maxReplyBytes, maxPromptTokens, maxReplyTokens } = models;
  return {
    firstTokenTimeoutMs: firstTokenSeconds * 1_000,
    idleTimeoutMs: idleSeconds * 1_000,
    maxReplyBytes,
    callLimits: { maxPromptTokens, maxReplyTokens },
  };
}

function environmentServer({ openai }: WorkerConfig): EnvironmentServer | undefined {
  if (!openai.apiKey && !openai.baseUrl) return undefined;
  const baseUrl = openai.baseUrl ?? 'https://api.openai.com/v1';
  const key = openai.apiKey && { apiKey: openai.apiKey };
  const model = openai.model ?? null;
  return {
    provider: ENVIRONMENT_PROVIDER,
    baseUrl,
    ...key,
    isLocal: false,
    model,
    servesOnly: openai.baseUrl ? model : null,
  };
}

function localServer({ localModels }: WorkerConfig): ModelServer | undefined {
  if (localModels.mode === 'off' || !localModels.url) return undefined;
  const key = localModels.token && { apiKey: localModels.token };
  return { provider: 'local', baseUrl: `${localModels.url}/v1`, ...key, isLocal: true };
}
