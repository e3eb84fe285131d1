import { findFreePort } from '@tenon/platform/processes';
import {
  BuiltProcess,
  startTestPostgres,
  startTestTemporal,
  type TestPostgres,
  type TestTemporal,
} from '@tenon/platform/testing';
import { spawnScriptedModel, type ScriptedModelProcess } from '@tenon/ports/testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PASSWORD } from './person.js';

/** The product as its processes, on a real Postgres and Temporal and a scripted model; each can be killed alone. */
export interface Stack {
  readonly url: string;
  readonly token: string;
  readonly env: Readonly<Record<string, string>>;
  readonly model: ScriptedModelProcess;
  readonly postgres: TestPostgres;
  readonly temporal: TestTemporal;
  readonly api: BuiltProcess;
  readonly worker: BuiltProcess;
  readonly codeRunner: BuiltProcess;
  close(): Promise<void>;
}

/** Starts everything from `dist`; the model answers by rules that the suite sets. */
export async function startStack(extra: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const [postgres, temporal, model, port, codePort] = await Promise.all([
    startTestPostgres(),
    startTestTemporal(),
    spawnScriptedModel(),
    findFreePort(),
    findFreePort(),
  ]);
  const data = await mkdtemp(path.join(os.tmpdir(), 'tenon-e2e-'));
  const token = extra['TENON_OWNER_TOKEN'] ?? randomBytes(24).toString('hex');
  const url = `http://127.0.0.1:${port}`;
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    TENON_PORT: String(port),
    TENON_PUBLIC_URL: url,
    TENON_DATA_DIR: data,
    TENON_DATABASE_URL: postgres.url,
    TENON_TEMPORAL_ADDRESS: temporal.address,
    TENON_CODE_RUNNER_PORT: String(codePort),
    TENON_CODE_RUNNER_URL: `http://127.0.0.1:${codePort}`,
    TENON_CODE_RUNNER_TOKEN: randomBytes(16).toString('hex'),
    TENON_OWNER_PASSWORD: PASSWORD,
    TENON_OWNER_TOKEN: token,
    TENON_LOCAL_MODEL: 'off',
    TENON_LOG_LEVEL: 'warn',
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: 'sk-test',
    ...extra,
  };
  const processOf = (folder: string) => new BuiltProcess(folder, env);
  const [api, worker, codeRunner] = [
    processOf('apps/api'),
    processOf('temporal/worker'),
    processOf('apps/code-runner'),
  ];
  await Promise.all([api.start(), codeRunner.start()]);
  await worker.start();
  return {
    ...{ url, token, env, model, postgres, temporal, api, worker, codeRunner },
    close: async () => {
      await Promise.all([api.stop(), worker.stop(), codeRunner.stop()]);
      await Promise.all([model.close(), temporal.stop(), postgres.stop()]);
      await rm(data, { recursive: true, force: true });
    },
  };
}
