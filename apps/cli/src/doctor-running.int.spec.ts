import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInstallation, type Installation } from './testing/installation.js';

/* An instance that runs, half runs, or was killed, and what the doctor says of it. */

jest.setTimeout(180_000);

let installation: Installation;
beforeAll(async () => {
  installation = await createInstallation();
  expect(await installation.launch()).toBe(true);
});
afterAll(() => installation.remove());

it('one that is well has no trouble, and the exit code says so', async () => {
  const { code, troubles } = await installation.doctor();
  expect([code, troubles]).toEqual([0, []]);
});

it('a worker that is killed again and again is told with how it ended', async () => {
  for (let death = 1; death <= 3; death++) {
    const { pid } = await installation.until(
      'worker',
      ({ state, restarts }) => state === 'ready' && restarts >= death - 1,
    );
    process.kill(pid, 'SIGKILL');
    await installation.until('worker', ({ restarts }) => restarts >= death);
  }
  await installation.until('worker', ({ state }) => state === 'ready');
  const { code, troubles, stateOf } = await installation.doctor();
  expect([code, troubles]).toEqual([1, ['processDies']]);
  expect(stateOf('processDies')).toMatch(/^ready for .*, started again 3 times: worker ended by SIGKILL$/);
});

it('a Postgres that cannot start again is told while the rest runs, before what follows from it', async () => {
  const versionFile = path.join(installation.data, 'postgres/PG_VERSION');
  const version = await readFile(versionFile, 'utf8');
  await writeFile(versionFile, '12\n');
  const { pid } = await installation.until('postgres', ({ state }) => state === 'ready');
  process.kill(pid, 'SIGKILL');
  await installation.until('postgres', ({ lastError }) => lastError?.includes('holds data of Postgres 12') === true);
  const { code, troubles, findings } = await installation.doctor();
  expect([code, troubles[0]]).toEqual([4, 'postgresDown']);
  expect(findings.find(({ what }) => what === 'postgres')?.state).toContain('but this Tenon brings Postgres');
  await writeFile(versionFile, version);
  await installation.until('postgres', ({ state }) => state === 'ready');
});

it('one that was killed is told, with the reason that nothing has to be mended', async () => {
  const { pid } = await installation.until('api', ({ state }) => state === 'ready');
  installation.launcher.kill('SIGKILL');
  await untilGone(pid);
  const { code, troubles, findings } = await installation.doctor();
  expect([code, troubles[0]]).toEqual([4, 'killed']);
  expect(findings[0]).toMatchObject({
    state: expect.stringContaining(`process ${installation.launcher.pid} is gone and had not stopped anything`),
    advice: expect.stringContaining('accepted runs go on'),
  });
});

/** A worker that is ready at once, and then does what `body` says. */
const workerThat = (body: string) => `
  import { readFileSync } from 'node:fs';
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
  process.send({ type: 'ready' }, () => { ${body} });`;

/** Starts the instance with another worker, and waits until that has ended three times. */
async function launchWith(worker: string): Promise<void> {
  await installation.stop();
  await installation.setProgram('temporal/worker', worker);
  expect(await installation.launch({ TENON_WORKER_HEAP_MB: '256' })).toBe(true);
  await installation.until('worker', ({ restarts }) => restarts >= 3);
}

it('a worker that runs out of memory is told with that', async () => {
  await launchWith(workerThat('const kept = []; for (;;) kept.push(new Array(100_000).fill({}));'));
  const { code, troubles, stateOf } = await installation.doctor();
  expect([code, troubles]).toEqual([1, ['processDies']]);
  expect(stateOf('processDies')).toMatch(/worker ended (by SIGABRT|with code 134): .*heap out of memory/);
});

it('a secret that a process has printed is not shown', async () => {
  await launchWith(
    workerThat(`const { token } = JSON.parse(readFileSync(process.env.TENON_DATA_DIR + '/instance.json', 'utf8'));
      console.error('the token is ' + token + ' and no other'); process.exit(1);`),
  );
  const file = await readFile(path.join(installation.data, 'instance.json'), 'utf8');
  const { token } = JSON.parse(file) as { token: string };
  const { troubles, stateOf, stdout } = await installation.doctor();
  expect(troubles).toEqual(['processDies']);
  expect(stateOf('processDies')).toContain('the token is [redacted] and no other');
  expect(stdout).not.toContain(token);
});

async function untilGone(pid: number): Promise<void> {
  for (const deadline = Date.now() + 30_000; ;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    if (Date.now() > deadline) throw new Error(`process ${pid} does not end`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
