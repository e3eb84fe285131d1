import { JavaScriptSandbox } from './javascript-sandbox.js';
import { SandboxPool, type PoolOptions } from './sandbox-pool.js';
import { waitUntil } from './testing/processes.js';

const pools: SandboxPool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});

function createPool(options: Partial<PoolOptions> = {}, start = () => JavaScriptSandbox.start()): SandboxPool {
  const pool = new SandboxPool(start, { limit: 2, keepWarm: 1, idleMs: 60_000, maxWaiting: 10, ...options });
  pools.push(pool);
  return pool;
}
const never = new AbortController().signal;
const job = (code: string) => ({ code, inputs: '{}', timeoutMs: 10_000 });
const quick = job('const main = () => ({ a: 1 });');
const loop = { ...job('for (;;);'), timeoutMs: 600_000 };

it('starts nothing before the first use, and leaves after the idle time', async () => {
  const pool = createPool({ idleMs: 100 });
  expect(pool.load).toEqual({ busy: 0, ready: 0, starting: 0, waiting: 0 });
  expect(await pool.run(quick, never)).toMatchObject({ ok: true, result: '{"a":1}' });
  await waitUntil('nothing is left', () => pool.load.ready + pool.load.starting + pool.load.busy === 0);
  expect(await pool.run(quick, never)).toMatchObject({ ok: true });
});

it('leaves at once when it is told to rest, or as soon as its job is done, and serves the next job', async () => {
  const pool = createPool();
  expect(await pool.run(quick, never)).toMatchObject({ ok: true });
  pool.rest();
  await waitUntil('nothing is left', () => pool.load.ready + pool.load.starting + pool.load.busy === 0);
  const running = pool.run(quick, never);
  pool.rest();
  expect(await running).toMatchObject({ ok: true });
  expect(await pool.run(quick, never)).toMatchObject({ ok: true });
});

it('keeps one ready beside those at work', async () => {
  const pool = createPool();
  const abort = new AbortController();
  const running = pool.run(loop, abort.signal);
  await waitUntil('one is at work, one is ready', () => pool.load.busy === 1 && pool.load.ready === 1);
  abort.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});

it('uses a sandbox again only when its last job came to an ordinary end', async () => {
  let started = 0;
  const pool = createPool({ keepWarm: 0 }, () => (started++, JavaScriptSandbox.start()));
  await pool.run(quick, never);
  await pool.run(job('throw new Error("mine");'), never);
  await pool.run(quick, never);
  expect(started).toBe(1);
  await pool.run({ ...loop, timeoutMs: 50 }, never);
  await pool.run(quick, never);
  expect(started).toBe(2);
});

it('lets no more jobs run than its limit, and the others in their order', async () => {
  const pool = createPool({ limit: 2 });
  const ends: number[] = [];
  let most = 0;
  const jobs = Array.from({ length: 6 }, async (_, index) => {
    await pool.run(quick, never);
    most = Math.max(most, pool.load.busy);
    ends.push(index);
  });
  await Promise.all(jobs);
  expect(most).toBeLessThanOrEqual(2);
  expect(ends.slice(0, 2).every((index) => index < 3)).toBe(true);
  expect(ends).toHaveLength(6);
});

it('refuses a job when too many wait, and forgets one that leaves', async () => {
  const pool = createPool({ limit: 1, maxWaiting: 1 });
  const [first, second] = [new AbortController(), new AbortController()];
  const running = pool.run(loop, first.signal);
  await waitUntil('the first runs', () => pool.load.busy === 1);
  const waiting = pool.run(loop, second.signal);
  await expect(pool.run(quick, never)).rejects.toMatchObject({ code: 'code.unavailable', kind: 'unavailable' });
  second.abort(new Error('left'));
  await expect(waiting).rejects.toThrow('left');
  expect(pool.load.waiting).toBe(0);
  const last = pool.run(quick, never);
  first.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  expect(await last).toMatchObject({ ok: true });
});

it('tells everybody who waits when no sandbox starts, and tries again for the next', async () => {
  let isBroken = true;
  const pool = createPool({}, () => (isBroken ? Promise.reject(new Error('no memory')) : JavaScriptSandbox.start()));
  const answers = await Promise.allSettled([1, 2, 3, 4].map(() => pool.run(quick, never)));
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'code.unavailable' } });
    expect((answer as PromiseRejectedResult).reason.message).toBe('No sandbox could be started: no memory');
  }
  isBroken = false;
  expect(await pool.run(quick, never)).toMatchObject({ ok: true });
});

it('gives a job to another sandbox when the first is found dead, and gives up after three', async () => {
  let started = 0;
  const startDead = async (count: number) => {
    const sandbox = await JavaScriptSandbox.start();
    if (started++ < count) {
      sandbox.kill();
      await sandbox.ended;
    }
    return sandbox;
  };
  expect(await createPool({ keepWarm: 0 }, () => startDead(2)).run(quick, never)).toMatchObject({ ok: true });
  started = 0;
  await expect(createPool({ keepWarm: 0 }, () => startDead(9)).run(quick, never)).rejects.toMatchObject({
    code: 'code.unavailable',
  });
});

it('refuses what runs and what waits when it is closed', async () => {
  const pool = createPool({ limit: 1 });
  const running = pool.run(loop, never);
  await waitUntil('it runs', () => pool.load.busy === 1);
  const waiting = pool.run(quick, never);
  const settled = Promise.allSettled([running, waiting]);
  pool.close();
  expect(await settled).toMatchObject([
    { status: 'fulfilled', value: { ok: false, code: 'code.unavailable', message: 'The code runner is ending.' } },
    { status: 'rejected', reason: { code: 'code.unavailable', message: 'The code runner is ending.' } },
  ]);
  await expect(pool.run(quick, never)).rejects.toMatchObject({ code: 'code.unavailable' });
});
