import {
  AppRepository,
  ConversationRepository,
  DefinitionRepository,
  FileRepository,
  HistoryRepository,
  Listener,
  MemberRepository,
  openDatabase,
  PlanRepository,
  PostgresSecretStore,
  ProviderRepository,
  RunRepository,
  TeamRepository,
  TokenBudgets,
  type Database,
} from '@tenon/database';
import { createDiskObjectStore } from '@tenon/object-store-disk';
import { createLogger, loadSecretKeys, rememberSecret, type Config } from '@tenon/platform';
import type { Logger, ObjectStore, RenewableKeys } from '@tenon/ports';
import { getHeapStatistics } from 'node:v8';
import { DefinitionThreads } from './app/definition-threads.js';
import { createBodyRooms, type BodyRooms } from './http/body-limit.js';
import { FollowerRooms } from './run/follower-rooms.js';
import { ConsolePages } from './site/console-pages.js';
import { TemplateShelf } from './template/template-shelf.js';

/** Settings without which the API cannot start. */
export const REQUIRED = ['database.url'] as const;
export type ApiConfig = Config<(typeof REQUIRED)[number]>;

/** What the API is made of, once per process. */
export interface Parts {
  readonly config: ApiConfig;
  readonly logger: Logger;
  readonly database: Database;
  readonly listener: Listener;
  readonly secretKeys: RenewableKeys;
  readonly secrets: PostgresSecretStore;
  readonly objects: ObjectStore;
  readonly definitionThreads: DefinitionThreads;
  readonly bodies: BodyRooms;
  readonly followers: FollowerRooms;
  readonly templates: TemplateShelf;
  /** Without them browsers are answered as every other client. */
  readonly pages?: ConsolePages;
}

/** Where the API finds what it serves. */
export interface Folders {
  /** App files that come with Tenon. */
  readonly examples: string;
  /** What the console's build made. */
  readonly console?: string;
}

/** Builds the parts; connects to nothing yet. */
export async function composeParts(config: ApiConfig, folders: Folders): Promise<Parts> {
  const { console: consoleFolder } = folders;
  const logger = createLogger({ ...config.log, name: 'api' });
  const database = openDatabase({ url: config.database.url, poolSize: config.database.poolSize, name: 'tenon-api' });
  const secretKeys = await loadSecretKeys(config);
  const heapBytes = getHeapStatistics().heap_size_limit;
  const pages = consoleFolder === undefined ? undefined : ConsolePages.find(consoleFolder, isHttps(config));
  if (consoleFolder !== undefined && !pages) logger.warn({ consoleFolder }, 'the console was not built');
  return {
    config,
    logger,
    database,
    listener: new Listener(database, logger),
    secretKeys,
    secrets: new PostgresSecretStore(database, secretKeys, rememberSecret),
    objects: createDiskObjectStore(config.data.objectsFolder),
    definitionThreads: new DefinitionThreads(logger),
    bodies: createBodyRooms(heapBytes),
    followers: new FollowerRooms(heapBytes),
    templates: new TemplateShelf(folders.examples),
    ...(pages && { pages }),
  };
}

/** Whether people reach us over https. */
export function isHttps({ server }: ApiConfig): boolean {
  return server.publicUrl.startsWith('https:');
}

/** Tokens for parts that are interfaces; classes are their own. */
export const CONFIG = Symbol('config');
export const LOGGER = Symbol('logger');
export const DATABASE = Symbol('database');
export const SECRET_KEYS = Symbol('secretKeys');
export const SECRETS = Symbol('secrets');
export const OBJECTS = Symbol('objects');

/** The parts as Nest providers. */
export function partProviders(parts: Parts) {
  const { config, logger, database, listener, secretKeys, secrets, objects, definitionThreads, followers } = parts;
  const { pages, templates } = parts;
  return [
    { provide: CONFIG, useValue: config },
    { provide: LOGGER, useValue: logger },
    { provide: DATABASE, useValue: database },
    { provide: SECRET_KEYS, useValue: secretKeys },
    { provide: SECRETS, useValue: secrets },
    { provide: OBJECTS, useValue: objects },
    { provide: Listener, useValue: listener },
    { provide: TokenBudgets, useValue: new TokenBudgets(database, config.models.teamTokensPerDay) },
    { provide: DefinitionThreads, useValue: definitionThreads },
    { provide: FollowerRooms, useValue: followers },
    { provide: TemplateShelf, useValue: templates },
    ...(pages ? [{ provide: ConsolePages, useValue: pages }] : []),
    ...[
      AppRepository,
      ConversationRepository,
      DefinitionRepository,
      FileRepository,
      HistoryRepository,
      MemberRepository,
      PlanRepository,
      ProviderRepository,
      RunRepository,
      TeamRepository,
    ].map((repository) => ({ provide: repository, useValue: new repository(database) })),
  ];
}
