import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startTestPostgres } from '../testing/index.js';
import { startPostgres, type PostgresServer } from './postgres.js';
import { findProcess } from './process-table.js';

let root: string;
const servers: PostgresServer[] = [];

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tenon-postgres-spec-'));
  await chmod(root, 0o755);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await chmod(root, 0o755);
  await rm(root, { recursive: true, force: true });
});

async function started(options: { folder?: string; password?: string } = {}): Promise<PostgresServer> {
  const server = await startPostgres({
    folder: path.join(root, 'data'),
    password: 'p@ss/word',
    isDurable: false,
    ...options,
  });
  servers.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('serves a database in UTF-8 that asks for its password and listens on the loopback only', async () => {
    const { url, port } = await started();
    expect(await query(url, `select lower('ÄÖ') as low, current_setting('server_encoding') as encoding`)).toEqual([
      { low: 'äö', encoding: 'UTF8' },
    ]);
    expect(await query(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    await expect(query(`postgres://tenon:wrong@127.0.0.1:${port}/tenon`, 'select 1')).rejects.toMatchObject({
      code: '28P01',
    });
  });

  it('keeps its data over a stop and a start', async () => {
    const first = await started();
    await query(first.url, 'create table kept (n int); insert into kept values (7)');
    await first.stop();
    expect(await findProcess(first.pid)).toBeUndefined();
    expect(await query((await started()).url, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('loses no acknowledged row when it is killed in the middle of writing', async () => {
    const first = await started();
    await query(first.url, 'create table kept (n int)');
    let acknowledged = 0;
    const writing = (async () => {
      const client = new pg.Client(first.url);
      client.on('error', () => {});
      await client.connect();
      try {
        for (;;) {
          await client.query('insert into kept values ($1)', [acknowledged]);
          acknowledged += 1;
          if (acknowledged === 50) void first.kill();
        }
      } catch {
        await client.end().catch(() => {});
      }
    })();
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await writing;
    const second = await started();
    const [row] = (await query(second.url, 'select count(*)::int as n from kept')) as [{ n: number }];
    expect(row.n).toBeGreaterThanOrEqual(acknowledged);
    expect(acknowledged).toBeGreaterThanOrEqual(50);
  });

  it('ends a server that a killed launcher left behind, and takes over its data', async () => {
    const leftover = await started();
    await query(leftover.url, 'create table kept (n int)');
    const next = await started();
    expect(next.pid).not.toBe(leftover.pid);
    expect(await findProcess(leftover.pid)).toBeUndefined();
    expect(await query(next.url, 'select * from kept')).toEqual([]);
  });

  it('does not touch a stranger that has the pid of a dead server', async () => {
    await (await started()).stop();
    await writeFile(path.join(root, 'data/postmaster.pid'), `${process.pid}\n${path.join(root, 'data')}\n`);
    await expect(started()).resolves.toMatchObject({ port: expect.any(Number) });
  });

  it('names the password as the reason when it is not that of the data', async () => {
    await (await started()).stop();
    await expect(started({ password: 'other' })).rejects.toMatchObject({
      code: 'postgres.notStarted',
      message: expect.stringContaining('password'),
    });
  });

  it('refuses data of another major version', async () => {
    await (await started()).stop();
    await writeFile(path.join(root, 'data/PG_VERSION'), '17\n');
    await expect(started()).rejects.toMatchObject({
      code: 'postgres.otherVersion',
      message: expect.stringMatching(/holds data of Postgres 17, but this Tenon brings Postgres 18/),
    });
  });

  it('says what Postgres said when its data are broken', async () => {
    await (await started()).stop();
    await rm(path.join(root, 'data/global'), { recursive: true });
    await expect(started()).rejects.toMatchObject({
      code: 'postgres.notStarted',
      message: expect.stringMatching(/did not start on .*\/data: .*(global|FATAL)/),
    });
  });

  it('does not touch a folder that holds something else', async () => {
    await mkdir(path.join(root, 'data'));
    await writeFile(path.join(root, 'data/something'), 'else');
    await expect(started()).rejects.toMatchObject({
      message: expect.stringContaining('holds files that are no Postgres data'),
    });
    expect(await readdir(root)).toEqual(['data']);
    expect(await readdir(path.join(root, 'data'))).toEqual(['something']);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('names the folder that its user may not enter, and what to do (needs root)', async () => {
    await chmod(root, 0o700);
    await expect(started({ folder: path.join(root, 'deep/data') })).rejects.toMatchObject({
      code: 'postgres.folderClosed',
      message: expect.stringContaining(`may not enter ${root}: set TENON_DATA_DIR`),
    });
  });
});

describe('startTestPostgres', () => {
  it('keeps address and data over a kill and a restart, and removes itself', async () => {
    const server = await startTestPostgres();
    await query(server.url, 'create table kept (n int)');
    await server.kill();
    await expect(query(server.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.restart();
    expect(await query(server.url, 'select * from kept')).toEqual([]);
    await server.stop();
    await expect(query(server.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
