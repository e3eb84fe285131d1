import { startTestPostgres, startTestTemporal, type TestPostgres, type TestTemporal } from '@tenon/platform/testing';
import { spawnScriptedModel, type ScriptedModelProcess } from '@tenon/ports/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The product as its processes, on a real Postgres and Temporal and a scripted model; each can be killed alone. */
export interface Stack {
  readonly url: string;
  readonly token: string;
  readonly env: Readonly<Record<string, string>>;
  readonly model: ScriptedModelProcess;
  readonly postgres: TestPostgres;
  readonly temporal: TestTemporal;
  readonly api: Killable;
  readonly worker: Killable;
  readonly codeRunner: Killable;
  close(): Promise<void>;
}

/** A process of ours. */
export interface Killable {
  readonly pid: number;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
  /** Starts it again and waits until it serves. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts everything from `dist`; the model answers by rules that the suite sets. */
export async function startStack(extra: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const [postgres, temporal, model, port, codePort] = await Promise.all([
    startTestPostgres(),
    startTestTemporal(),
    spawnScriptedModel(),
    freePort(),
    freePort(),
  ]);
  const data = await mkdtemp(path.join(os.tmpdir(), 'tenon-e2e-'));
  const token = randomBytes(24).toString('hex');
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
    TENON_OWNER_PASSWORD: 'correct horse battery',
    TENON_OWNER_TOKEN: token,
    TENON_LOCAL_MODEL: 'off',
    TENON_LOG_LEVEL: 'warn',
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: 'sk-test',
    ...extra,
  };
  const processOf = (folder: string) => new OwnProcess(folder, env);
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

class OwnProcess implements Killable {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(
    private readonly folder: string,
    private readonly env: Record<string, string>,
  ) {}

  get pid(): number {
    if (!this.child?.pid) throw new Error(`${this.folder} does not run`);
    return this.child.pid;
  }

  async start(): Promise<void> {
    const main = path.join(ROOT, 'dist', this.folder, 'main.js');
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: this.env,
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    this.output = '';
    const keep = (text: Buffer) => void (this.output = (this.output + text.toString()).slice(-20_000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${this.folder} ended with ${code} before it served:\n${this.output}`);
    });
    ended.catch(() => undefined);
    await Promise.race([once(child, 'message'), ended]);
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
