import type { Teardown } from '@tenon/bench/teardown';
import { findFreePort } from '@tenon/platform/processes';
import {
  BuiltProcess,
  makeTestClock,
  mountSmallDisk,
  startTestPostgres,
  startTestTemporal,
  type SmallDisk,
  type TestClock,
} from '@tenon/platform/testing';
import { spawnScriptedModel, type ScriptedModelProcess } from '@tenon/ports/testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Door } from '../watch/api.js';
import { startEffects, type Effects } from '../watch/effects.js';
import { FaultLog } from './fault-log.js';
import { LiveMemory } from './live-memory.js';
import { Proxy } from './proxy.js';
import { Victim } from './victim.js';

/** Heap of the API and of a worker on a small machine: the least that they have where nothing is set. */
const HEAP = '--max-old-space-size=512';

/** The product as its processes, on servers of their own, with a proxy wherever two of them meet. */
export interface Stack {
  /** For clients: through the proxy. */
  readonly door: Door;
  /** For the harness itself: past the proxy. */
  readonly backDoor: Door;
  readonly model: ScriptedModelProcess;
  readonly effects: Effects;
  readonly log: FaultLog;
  /** Where large values lie. */
  readonly objectsFolder: string;
  /** Of the database, past the proxies. */
  readonly databaseUrl: string;
  /** On which all data of the database lie; only where it was asked for. */
  readonly databaseDisk?: SmallDisk;
  /** All that the workflow server knows. */
  readonly temporalFile: string;
  /** Of the worker; only where it was asked for. */
  readonly workerClock?: TestClock;
  readonly apiMemory: LiveMemory;
  /** The environment of the API. */
  readonly apiEnv: Readonly<Record<string, string>>;
  readonly victims: {
    readonly api: Victim;
    readonly worker: Victim;
    readonly codeRunner: Victim;
    readonly temporal: Victim;
    readonly postgres: Victim;
  };
  readonly proxies: {
    readonly clientToApi: Proxy;
    readonly apiToPostgres: Proxy;
    readonly workerToPostgres: Proxy;
    readonly workerToTemporal: Proxy;
    readonly workerToModel: Proxy;
  };
  /** One more worker, which is there until it is stopped; `more` goes into its environment. */
  startWorker(more?: Readonly<Record<string, string>>): Promise<{ stop(): Promise<void> }>;
}

/** What can be had that a stack is without by itself. */
export interface StackOptions {
  readonly hasSmallDisk?: boolean;
  readonly hasWorkerClock?: boolean;
}

/** Starts everything from `dist`; `teardown` ends it. */
export async function startStack(teardown: Teardown, options: StackOptions = {}): Promise<Stack> {
  const databaseDisk = options.hasSmallDisk ? await mountDisk(teardown) : undefined;
  const workerClock = options.hasWorkerClock ? await makeTestClock('temporal/worker') : undefined;
  if (workerClock) teardown.add(() => workerClock.remove());
  const [postgres, temporal, model, effects, port, codePort] = await Promise.all([
    startTestPostgres({ isDurable: true, ...(databaseDisk && { place: databaseDisk.folder }) }),
    startTestTemporal(),
    spawnScriptedModel(),
    startEffects(),
    findFreePort(),
    findFreePort(),
  ]);
  for (const end of [() => postgres.stop(), () => temporal.stop(), () => model.close(), () => effects.close()])
    teardown.add(end);
  const data = await mkdtemp(path.join(os.tmpdir(), 'tenon-faults-'));
  teardown.add(() => rm(data, { recursive: true, force: true }));
  const database = new URL(postgres.url);
  const [clientToApi, apiToPostgres, workerToPostgres, workerToTemporal, workerToModel] = await Promise.all(
    [`127.0.0.1:${port}`, database.host, database.host, temporal.address, new URL(model.url).host].map((address) =>
      Proxy.start(address),
    ),
  );
  const proxies = { clientToApi, apiToPostgres, workerToPostgres, workerToTemporal, workerToModel } as Stack['proxies'];
  for (const proxy of Object.values(proxies)) teardown.add(() => proxy.close());
  const token = randomBytes(24).toString('hex');
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    TENON_PORT: String(port),
    TENON_PUBLIC_URL: `http://127.0.0.1:${port}`,
    TENON_DATA_DIR: data,
    TENON_TEMPORAL_ADDRESS: proxies.workerToTemporal.address,
    TENON_CODE_RUNNER_PORT: String(codePort),
    TENON_CODE_RUNNER_URL: `http://127.0.0.1:${codePort}`,
    TENON_CODE_RUNNER_TOKEN: randomBytes(16).toString('hex'),
    TENON_OWNER_PASSWORD: randomBytes(16).toString('hex'),
    TENON_OWNER_TOKEN: token,
    TENON_OUTBOUND_ALLOW: '127.0.0.0/8',
    TENON_LOCAL_MODEL: 'off',
    TENON_LOG_LEVEL: 'warn',
    OPENAI_BASE_URL: `http://${proxies.workerToModel.address}/v1`,
    OPENAI_API_KEY: 'sk-faults',
  };
  const through = (proxy: Proxy) => {
    const url = new URL(postgres.url);
    url.host = proxy.address;
    return { ...env, NODE_OPTIONS: HEAP, TENON_DATABASE_URL: url.href };
  };
  const apiMemory = await LiveMemory.withFreePort();
  const apiEnv = { ...through(proxies.apiToPostgres), NODE_OPTIONS: `${HEAP} ${apiMemory.nodeOptions}` };
  const workerEnv = {
    ...through(proxies.workerToPostgres),
    ...(workerClock && { NODE_OPTIONS: workerClock.nodeOptions }),
  };
  const api = new BuiltProcess('apps/api', apiEnv);
  const worker = new BuiltProcess('temporal/worker', workerEnv);
  const codeRunner = new BuiltProcess('apps/code-runner', env);
  for (const one of [codeRunner, worker, api]) teardown.add(() => one.stop());
  await Promise.all([api.start(), codeRunner.start()]);
  await worker.start();
  const log = new FaultLog();
  const server = (one: { readonly pid: number; kill(): Promise<void>; restart(): Promise<void> }) => ({
    get pid() {
      return one.pid;
    },
    // it is started by its own kit, which tells what is wrong with it
    ...{ isRunning: true, lastOutput: '' },
    kill: () => one.kill(),
    start: () => one.restart(),
  });
  return {
    door: { url: `http://${proxies.clientToApi.address}`, token },
    backDoor: { url: `http://127.0.0.1:${port}`, token },
    ...{ model, effects, log, proxies, apiEnv, apiMemory, objectsFolder: path.join(data, 'objects') },
    ...{ databaseUrl: postgres.url, temporalFile: temporal.databaseFile },
    ...(databaseDisk && { databaseDisk }),
    ...(workerClock && { workerClock }),
    victims: {
      api: new Victim('api', api, log, 'nothing'),
      worker: new Victim('worker', worker, log, 'owner'),
      codeRunner: new Victim('code runner', codeRunner, log, 'work'),
      temporal: new Victim('temporal', server(temporal), log, 'work'),
      postgres: new Victim('postgres', server(postgres), log, 'work'),
    },
    startWorker: async (more = {}) => {
      const further = new BuiltProcess('temporal/worker', { ...workerEnv, ...more });
      teardown.add(() => further.stop());
      await further.start();
      log.note(further, true);
      return {
        stop: async () => {
          await further.stop();
          log.note(further, false);
        },
      };
    },
  };
}

/** Large enough for an empty database and a few loads. */
async function mountDisk(teardown: Teardown): Promise<SmallDisk> {
  const disk = await mountSmallDisk(await mkdtemp(path.join(os.tmpdir(), 'tenon-disk-')), 'size=160m,mode=755');
  teardown.add(async () => {
    await disk.unmount();
    await rm(disk.folder, { recursive: true });
  });
  return disk;
}
