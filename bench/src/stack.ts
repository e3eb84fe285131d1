import { findFreePort, findTemporal, fetchTemporalBySdk, startPostgres, startTemporal } from '@tenon/platform/servers';
import { loadConfig } from '@tenon/platform';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startNodeProcess, type NodeProcess } from './node-process.js';
import type { Options } from './options.js';
import type { Teardown } from './teardown.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const NAMESPACE = 'tenon';

/** Both arms on one Temporal server, and the model server that both call; all on loopback. */
export interface Stack {
  readonly temporal: { readonly address: string; readonly namespace: string };
  /** Of the model server, with `/v1`. */
  readonly modelUrl: string;
  readonly product: { readonly url: string; readonly token: string; readonly pids: readonly number[] };
  readonly baseline: { readonly url: string; readonly pids: readonly number[] };
}

/** Starts everything in a folder of its own; `teardown` ends it and removes the folder. */
export async function startStack(options: Options, teardown: Teardown): Promise<Stack> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-bench-'));
  await chmod(folder, 0o755); // as root, Postgres runs as another user
  teardown.add(() => rm(folder, { recursive: true, force: true }));
  const [postgres, temporal, modelUrl] = await Promise.all([
    ownPostgres(folder, teardown),
    ownTemporal(folder, teardown),
    ownModel(teardown),
  ]);
  const [product, baseline] = await Promise.all([
    startProduct({ folder, databaseUrl: postgres.url, temporalAddress: temporal.address, modelUrl }, options, teardown),
    startBaseline(temporal.address, modelUrl, teardown),
  ]);
  return {
    temporal: { address: temporal.address, namespace: NAMESPACE },
    modelUrl,
    product: { ...product, pids: [...product.pids, postgres.pid, temporal.pid] },
    baseline: { url: baseline.ready['url'] as string, pids: [baseline.pid, temporal.pid] },
  };
}

async function ownPostgres(folder: string, teardown: Teardown) {
  const server = await startPostgres({ folder: path.join(folder, 'postgres'), password: 'bench', isDurable: true });
  teardown.add(() => server.stop());
  return server;
}

async function ownTemporal(folder: string, teardown: Teardown) {
  const program = await findTemporal({
    cacheFolder: loadConfig(process.env).data.cacheFolder,
    env: process.env,
    fetchBySdk: fetchTemporalBySdk,
  });
  const databaseFile = path.join(folder, 'temporal.db');
  const server = await startTemporal({ program, databaseFile, namespace: NAMESPACE });
  teardown.add(() => server.stop());
  return server;
}

/** The scripted model answers at once, so that nothing hides the cost of what is around it. */
async function ownModel(teardown: Teardown): Promise<string> {
  const file = path.join(ROOT, 'libs/ports/src/testing/scripted-model.main.mjs');
  const child = spawn(process.execPath, [file, '--stdin'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  teardown.add(async () => {
    const exited = once(child, 'exit');
    if (child.kill()) await exited;
  });
  const text = Array.from({ length: 10 }, (_, index) => `word${index} `);
  child.stdin.write(`${JSON.stringify({ rules: [], options: { defaultReply: { text } } })}\n`);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return `${(JSON.parse(line) as { url: string }).url}/v1`;
}

interface Places {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly modelUrl: string;
}

async function startProduct(places: Places, { profileFolder }: Options, teardown: Teardown) {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const token = randomBytes(24).toString('hex');
  const env = {
    PATH: process.env['PATH'] ?? '',
    TENON_PORT: String(port),
    TENON_PUBLIC_URL: url,
    TENON_DATA_DIR: path.join(places.folder, 'data'),
    TENON_DATABASE_URL: places.databaseUrl,
    TENON_TEMPORAL_ADDRESS: places.temporalAddress,
    TENON_TEMPORAL_NAMESPACE: NAMESPACE,
    // no measured app holds code, so nothing listens there
    TENON_CODE_RUNNER_URL: 'http://127.0.0.1:9',
    TENON_CODE_RUNNER_TOKEN: randomBytes(16).toString('hex'),
    TENON_OWNER_PASSWORD: randomBytes(16).toString('hex'),
    TENON_OWNER_TOKEN: token,
    TENON_OUTBOUND_ALLOW: '127.0.0.0/8',
    TENON_TEAM_MAX_RUNS: '300',
    TENON_LOCAL_MODEL: 'off',
    TENON_LOG_LEVEL: 'warn',
    OPENAI_BASE_URL: places.modelUrl,
    OPENAI_API_KEY: 'sk-bench',
  };
  const profile = profileFolder ? ['--cpu-prof', '--cpu-prof-dir', path.resolve(profileFolder)] : [];
  const start = async (name: string): Promise<NodeProcess> => {
    const main = path.join(ROOT, 'dist', name, 'main.js');
    const started = await startNodeProcess([...profile, '--enable-source-maps', main], env);
    teardown.add(() => started.stop());
    return started;
  };
  const api = await start('apps/api');
  const worker = await start('temporal/worker');
  return { url, token, pids: [api.pid, worker.pid] };
}

async function startBaseline(temporalAddress: string, modelUrl: string, teardown: Teardown): Promise<NodeProcess> {
  const main = path.join(import.meta.dirname, 'baseline/main.ts');
  const started = await startNodeProcess(['--import', path.join(ROOT, 'tools/build/source.mjs'), main], {
    PATH: process.env['PATH'] ?? '',
    BENCH_TEMPORAL_ADDRESS: temporalAddress,
    BENCH_NAMESPACE: NAMESPACE,
    BENCH_MODEL_URL: modelUrl,
  });
  teardown.add(() => started.stop());
  return started;
}
