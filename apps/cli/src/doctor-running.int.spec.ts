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

describe('with a worker that has run out of memory', () => {
  // the memory of a thread, so that the computer of the test keeps its own
  const HUNGRY = `
    import { Worker } from 'node:worker_threads';
    import { readFileSync } from 'node:fs';
    process.on('SIGTERM', () => process.exit(0));
    process.on('disconnect', () => process.exit(0));
    process.send({ type: 'ready' });
    const { token } = JSON.parse(readFileSync(process.env.TENON_DATA_DIR + '/instance.json', 'utf8'));
    const thread = new Worker('const kept = []; for (;;) kept.push(new Array(1000).fill(0).map(Math.random));', {
      eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 },
    });
    thread.on('error', (error) => { console.error(error.code, error.message, 'for', token); process.exit(1); });`;

  it('says so, and shows no secret that stands in what the worker printed', async () => {
    await installation.stop();
    await installation.setProgram('temporal/worker', HUNGRY);
    expect(await installation.launch()).toBe(true);
    await installation.until('worker', ({ restarts }) => restarts >= 3);
    const { token } = JSON.parse(await readFile(path.join(installation.data, 'instance.json'), 'utf8')) as {
      token: string;
    };
    const { code, troubles, stateOf, stdout } = await installation.doctor();
    expect([code, troubles]).toEqual([1, ['processDies']]);
    expect(stateOf('processDies')).toMatch(/worker ended with code 1: .*out of memory.* for \[redacted\]/i);
    expect(stdout).not.toContain(token);
  });
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
