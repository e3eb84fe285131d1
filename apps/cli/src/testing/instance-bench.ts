import { findFreePort } from '@tenon/platform/processes';
import {
  BuiltProcess,
  startTestPostgres,
  startTestTemporal,
  type TestPostgres,
  type TestTemporal,
} from '@tenon/platform/testing';
import { startScriptedModel, type ScriptedModel } from '@tenon/ports/testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startTenon, type Ended, type Running } from './tenon.js';

/** A running instance without a launcher, and the command line that speaks to it. */
export interface InstanceBench {
  readonly url: string;
  readonly token: string;
  readonly model: ScriptedModel;
  readonly api: BuiltProcess;
  readonly worker: BuiltProcess;
  readonly postgres: TestPostgres;
  readonly temporal: TestTemporal;
  /** One more of our programs on the same servers, not started yet. @param env  what differs; nothing where it is empty */
  program(folder: string, env: Readonly<Record<string, string>>): BuiltProcess;
  /** Runs a command to its end. */
  tenon(...args: string[]): Promise<Ended>;
  start(args: readonly string[], input?: string): Running;
  close(): Promise<void>;
}

/** Postgres, Temporal and a scripted model of its own; the API and the worker as they were built. */
export async function startInstanceBench(): Promise<InstanceBench> {
  const closings: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closing of closings.splice(0).reverse()) await closing();
  };
  try {
    return await start(closings, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(closings: (() => Promise<unknown>)[], close: () => Promise<void>): Promise<InstanceBench> {
  const data = await mkdtemp(path.join(os.tmpdir(), 'tenon-cli-'));
  closings.push(() => rm(data, { recursive: true, force: true }));
  const postgres = await startTestPostgres();
  closings.push(() => postgres.stop());
  const temporal = await startTestTemporal();
  closings.push(() => temporal.stop());
  const model = await startScriptedModel();
  closings.push(() => model.close());
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const token = randomBytes(24).toString('hex');
  const system = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
  const env = {
    ...system,
    TENON_PORT: String(port),
    TENON_DATA_DIR: data,
    TENON_DATABASE_URL: postgres.url,
    TENON_TEMPORAL_ADDRESS: temporal.address,
    TENON_CODE_RUNNER_URL: 'http://127.0.0.1:9',
    TENON_CODE_RUNNER_TOKEN: token,
    TENON_OWNER_TOKEN: token,
    TENON_LOCAL_MODEL: 'off',
    TENON_LOG_FORMAT: 'json',
    OPENAI_BASE_URL: model.baseUrl,
  };
  const api = new BuiltProcess('apps/api', env);
  const worker = new BuiltProcess('temporal/worker', env);
  closings.push(() => Promise.all([api.stop(), worker.stop()]));
  await api.start();
  await worker.start();
  const cliEnv = { ...system, TENON_URL: url, TENON_TOKEN: token, TENON_DATA_DIR: data };
  return {
    ...{ url, token, model, api, worker, postgres, temporal, close },
    program: (folder, more) => {
      const program = new BuiltProcess(folder, { ...env, ...more });
      closings.push(() => program.stop());
      return program;
    },
    tenon: (...args) => startTenon(args, cliEnv).ended,
    start: (args, input) => startTenon(args, cliEnv, input),
  };
}
