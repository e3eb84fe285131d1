import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess, findProcess, isSameProcess, type ProcessIdentity } from './process-table.js';
import { startServerProcess, type ServerProcess } from './server-process.js';

const servers: ServerProcess[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill()));
});

/** A real process that runs `body`; resolves once it has printed its first line. */
async function started(body: string): Promise<ServerProcess> {
  let heard = () => {};
  const firstLine = new Promise<void>((resolve) => (heard = resolve));
  const server = await startServerProcess({
    file: process.execPath,
    args: ['-e', body],
    cwd: os.tmpdir(),
    env: {},
    endSignal: 'SIGINT',
    onLine: () => heard(),
  });
  servers.push(server);
  await firstLine;
  return server;
}

const polite = `process.on('SIGINT', () => process.exit(3)); setInterval(() => {}, 1000); console.log('up');`;
const stubborn = `process.on('SIGINT', () => {}); setInterval(() => {}, 1000); console.log('up');`;

async function untilGone(identity: ProcessIdentity): Promise<void> {
  for (let tries = 0; await isSameProcess(identity); tries++) {
    if (tries > 300) throw new Error(`process ${identity.pid} is still there`);
    await delay(10);
  }
}

describe('startServerProcess', () => {
  it('stops it with its own signal', async () => {
    const server = await started(polite);
    await server.stop();
    expect(await server.exited).toEqual({ code: 3, signal: null });
    expect(await findProcess(server.pid)).toBeUndefined();
  });

  it('tells how it ended and what it printed last', async () => {
    const server = await started(
      `for (let i = 0; i < 50; i++) console.log('line ' + i); console.error('the end'); process.exitCode = 4;`,
    );
    expect(await server.exited).toEqual({ code: 4, signal: null });
    const lines = server.lastLines().split('\n');
    expect(lines).toHaveLength(20);
    expect(lines).toEqual(expect.arrayContaining(['line 49', 'the end']));
  });

  it('rejects with the reason of the system when there is no such program', async () => {
    const command = { file: '/nowhere/server', args: [], cwd: os.tmpdir(), env: {}, endSignal: 'SIGINT' as const };
    await expect(startServerProcess(command)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('lives on when the PATH leads nowhere', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      const server = await started(polite);
      await delay(100); // long enough for a guard that cannot work
      expect(await isSameProcess(server)).toBe(true);
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('is ended by its guard when the process that started it is killed', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-guard-'));
    const script = path.join(folder, 'parent.mjs');
    await writeFile(
      script,
      `import { startServerProcess } from ${JSON.stringify(path.join(__dirname, 'server-process.ts'))};
       const isUp = Promise.withResolvers();
       const { pid, startedAt } = await startServerProcess({
         file: process.execPath, args: ['-e', ${JSON.stringify(polite)}], cwd: '/', env: {}, endSignal: 'SIGINT',
         onLine: isUp.resolve,
       });
       await isUp.promise;
       process.send({ pid, startedAt });`,
    );
    const source = path.resolve(__dirname, '../../../../tools/build/source.mjs');
    const parent = spawn(process.execPath, ['--import', source, script], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    try {
      const [identity] = (await once(parent, 'message')) as [ProcessIdentity];
      expect(await isSameProcess(identity)).toBe(true);
      parent.kill('SIGKILL');
      await untilGone(identity);
    } finally {
      parent.kill('SIGKILL');
      await rm(folder, { recursive: true });
    }
  });
});

describe('endProcess', () => {
  it('kills what ignores the signal, after its patience', async () => {
    const server = await started(stubborn);
    expect(await endProcess(server, 'SIGINT', 100)).toBe(false);
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('tells that a process ended by itself', async () => {
    expect(await endProcess(await started(polite), 'SIGINT', 5000)).toBe(true);
  });

  it('leaves another process alone that has the pid now', async () => {
    const server = await started(polite);
    expect(await endProcess({ pid: server.pid, startedAt: 'long ago' }, 'SIGINT', 100)).toBe(true);
    expect(await isSameProcess(server)).toBe(true);
  });
});

describe('findProcess', () => {
  it('knows the command line of a process', async () => {
    expect(await findProcess(process.pid)).toMatchObject({
      pid: process.pid,
      command: expect.stringContaining('node'),
    });
  });

  it('does not take the remains of a killed process for a process', async () => {
    // the shell never asks for the end of its child, which stays behind as a zombie
    const shell = spawn('/bin/sh', ['-c', 'sleep 100 & echo $!; kill -9 $!; exec sleep 100'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = (await once(shell.stdout, 'data')) as [Buffer];
      await untilGone({ pid: Number(line), startedAt: (await findProcess(Number(line)))?.startedAt ?? '' });
      expect(await findProcess(Number(line))).toBeUndefined();
    } finally {
      shell.kill('SIGKILL');
    }
  });
});
