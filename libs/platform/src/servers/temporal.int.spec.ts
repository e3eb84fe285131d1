import { Client, Connection } from '@temporalio/client';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startTestTemporal, type TestTemporal } from '../testing/index.js';
import { loadConfig } from '../config.js';
import { findFreePort } from './free-port.js';
import { findProcess } from './process-table.js';
import { findTemporal } from './temporal-binary.js';
import { prepareNamespace } from './temporal-namespace.js';
import { startTemporal, type TemporalServer } from './temporal.js';

let root: string;
let program: string;
const servers: (TemporalServer | TestTemporal)[] = [];

beforeAll(async () => {
  program = await findTemporal({ cacheFolder: loadConfig(process.env).data.cacheFolder, env: process.env });
}, 300_000);
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tenon-temporal-spec-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await rm(root, { recursive: true, force: true });
});

async function started(options: { port?: number } = {}): Promise<TemporalServer> {
  const server = await startTemporal({
    program,
    databaseFile: path.join(root, 'temporal.db'),
    namespace: 'tenon',
    ...options,
  });
  servers.push(server);
  return server;
}

async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection, namespace: 'tenon' }));
  } finally {
    await connection.close();
  }
}

const startRun = (client: Client) => client.workflow.start('app:test', { workflowId: 'run/1', taskQueue: 'tenon' });

describe('startTemporal', () => {
  it('serves the namespace with 30 days of retention and a write-ahead log', async () => {
    const server = await started();
    await withClient(server.address, async (client) => {
      const { config } = await client.workflowService.describeNamespace({ namespace: 'tenon' });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
      await startRun(client);
      const found = [];
      for (let tries = 0; found.length === 0 && tries < 100; tries++) {
        for await (const run of client.workflow.list({ query: `WorkflowType = 'app:test'` }))
          found.push(run.workflowId);
      }
      expect(found).toEqual(['run/1']);
    });
    expect(existsSync(path.join(root, 'temporal.db-wal'))).toBe(true);
    expect(await server.isFileInPlace()).toBe(true);
  });

  it('keeps runs over a kill on the same address', async () => {
    const server = await started();
    await withClient(server.address, startRun);
    await server.kill();
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const again = await started({ port: server.port });
    expect(again.address).toBe(server.address);
    await withClient(again.address, async (client) => {
      expect((await client.workflow.getHandle('run/1').describe()).status.name).toBe('RUNNING');
    });
  });

  it('refuses a second server on a file that one is running on', async () => {
    const server = await started();
    await expect(started()).rejects.toMatchObject({
      code: 'temporal.fileInUse',
      message: expect.stringContaining(`Process ${process.pid} runs a Temporal server`),
    });
    expect(await findProcess(server.pid)).toBeDefined();
  });

  it('ends a server that a killed launcher left behind, and takes over its file', async () => {
    const leftover = await started();
    // a killed launcher does not release its lock, but its process is gone
    for (const name of await readdir(root)) if (name.startsWith('temporal.db.lock.')) await rm(path.join(root, name));
    const next = await started();
    expect(next.pid).not.toBe(leftover.pid);
    expect(await findProcess(leftover.pid)).toBeUndefined();
  });

  it('notices that its database file was removed', async () => {
    const server = await started();
    await rm(path.join(root, 'temporal.db'));
    expect(await server.isFileInPlace()).toBe(false);
  });

  it('says why it did not start when the file is no database', async () => {
    await writeFile(
      path.join(root, 'temporal.db'),
      'this is not a database, and it is long enough to be read as one'.repeat(100),
    );
    await expect(started()).rejects.toMatchObject({
      code: 'temporal.notStarted',
      message: expect.stringContaining('file is not a database'),
    });
    expect((await readdir(root)).filter((name) => name.includes('.lock'))).toEqual([]);
  });

  it('says so when its port is taken', async () => {
    const other = await started();
    const second = startTemporal({
      program,
      databaseFile: path.join(root, 'b.db'),
      namespace: 'tenon',
      port: other.port,
    });
    await expect(second).rejects.toMatchObject({
      code: 'temporal.notStarted',
      message: expect.stringContaining('address already in use'),
    });
  });
});

describe('prepareNamespace', () => {
  it('makes a namespace on a server that runs already, and may be repeated', async () => {
    const { address } = await started();
    await prepareNamespace(address, 'another');
    await prepareNamespace(address, 'another');
    const connection = await Connection.connect({ address });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'another' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
    await connection.close();
  }, 60_000);

  it('says what to do when nobody answers', async () => {
    const address = `127.0.0.1:${await findFreePort()}`;
    await expect(prepareNamespace(address, 'tenon', { withinMs: 300 })).rejects.toMatchObject({
      code: 'temporal.notStarted',
      message: `The Temporal server at ${address} does not answer: start it, or set TENON_TEMPORAL_ADDRESS to one that runs.`,
    });
  });
});

describe('startTestTemporal', () => {
  it('keeps address and runs over a kill and a restart, and removes itself', async () => {
    const server = await startTestTemporal();
    servers.push(server);
    await withClient(server.address, startRun);
    const { pid } = server;
    await server.kill('SIGKILL');
    await server.restart();
    expect(server.pid).not.toBe(pid);
    await withClient(server.address, async (client) => {
      expect((await client.workflow.getHandle('run/1').describe()).status.name).toBe('RUNNING');
    });
  });
});
