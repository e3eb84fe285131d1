import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ask, type Asked } from './testing/ask.js';
import { spawnCodeRunner, type CodeRunnerProcess } from './testing/index.js';
import { isAlive, listProcesses, listSandboxes, waitUntil } from './testing/processes.js';

jest.setTimeout(60_000);

const loop: Asked = { language: 'python3', code: 'def main():\n    while True: pass', timeoutMs: 600_000 };
const quick: Asked = { language: 'python3', code: 'def main():\n    return {"a": 1}' };
const endless = { language: 'javascript', code: 'const main = () => { for (;;); };', timeoutMs: 600_000 } as const;
const fine = { status: 200, result: '{"a": 1}' };

let runner: CodeRunnerProcess;
let pid: number;
/** The sandboxes, once all of them wait for a job. */
const findWaiting = async () => {
  await ask(runner, quick);
  return waitUntil('all sandboxes wait', async () => {
    const response = await fetch(`${runner.url}/health`, { headers: { authorization: `Bearer ${runner.token}` } });
    const { languages } = (await response.json()) as { languages: { python3: Record<string, number> } };
    const { busy, ready, starting } = languages.python3;
    const sandboxes = listSandboxes(pid).map((one) => one.pid);
    return busy === 0 && starting === 0 && sandboxes.length > 0 && sandboxes.length === ready && sandboxes;
  });
};
const start = async (left: readonly (number | 'ignore')[] = []) => {
  runner = await spawnCodeRunner({}, left);
  pid = runner.child.pid!;
  // its own check at the start is over
  await fetch(`${runner.url}/health`, { headers: { authorization: `Bearer ${runner.token}` } }).then((it) => it.text());
  await waitUntil('nothing of the check is left', () => listSandboxes(pid).length === 0);
};

/** Starts an endless loop; gives the process that runs it, once it does, and one that waits beside it. */
async function startLoop(signal?: AbortSignal) {
  // One that has done its job may still be dying, and several may wait: who works is told by its processor time.
  if (listSandboxes(pid).length > 0) await findWaiting();
  const before = listSandboxes(pid);
  const answer = ask(runner, { ...loop, ...(signal ? { signal } : {}) });
  answer.catch(() => {}); // whoever cares awaits it; the others end its process
  // Where none has waited, the second is started when the first has got its job.
  const candidates = before.length > 0 ? before : await waitUntil('a sandbox has a job', () => startedSecond());
  const busy = await waitUntil('the code runs', () =>
    listSandboxes(pid).find((one) => candidates.some((was) => was.pid === one.pid && one.ticks > was.ticks + 20)),
  );
  const warm = await waitUntil('another waits', () => listSandboxes(pid).find((one) => one.pid !== busy.pid));
  return { answer, busy: busy.pid, warm: warm.pid };
}

function startedSecond() {
  const sandboxes = listSandboxes(pid);
  return sandboxes.length > 1 && sandboxes.slice(0, 1);
}

describe('while it serves', () => {
  beforeAll(() => start());
  afterAll(() => runner.close());
  const post = (body: string, token = runner.token) =>
    fetch(`${runner.url}/run`, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } });

  it('listens on the loopback address only', () => {
    const port = Number(new URL(runner.url).port).toString(16).toUpperCase().padStart(4, '0');
    const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFileSync(file, 'utf8')).join('\n');
    const listening = [...tables.matchAll(/^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]+ 0A /gm)];
    expect(listening.filter(([, , at]) => at === port).map(([, address]) => address)).toEqual(['0100007F']);
  });

  it('B27 refuses whoever does not know the token', async () => {
    const body = JSON.stringify({ ...quick, inputs: '{}', timeoutMs: 1000 });
    expect((await post(body, 'another')).status).toBe(401);
    expect((await fetch(`${runner.url}/health`)).status).toBe(401);
    expect(listSandboxes(pid)).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 'The body is not JSON.'],
    ['no object', '[]', 'language must be one of python3, javascript.'],
    ['another language', '{"language":"ruby","code":"","inputs":"{}","timeoutMs":1}', 'language must be one of'],
    [
      'inputs that are no text',
      '{"language":"python3","code":"","inputs":{},"timeoutMs":1}',
      'inputs must be JSON text.',
    ],
    ['no limit', '{"language":"python3","code":"","inputs":"{}"}', 'timeoutMs must be a whole number'],
    [
      'a field that would run before the sandbox is closed',
      '{"language":"python3","code":"","inputs":"{}","timeoutMs":1,"preload":"import os"}',
      'The field "preload" is not known.',
    ],
  ])('B26 refuses %s', async (_what, body, message) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { code: 'request.invalid', message: expect.stringContaining(message) },
    });
  });

  it('refuses more than 16 MiB and says so', async () => {
    const response = await post(JSON.stringify({ ...quick, inputs: 'x'.repeat(17_000_000) }));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { code: 'request.tooLarge' } });
  });

  it('knows no other address', async () => {
    const headers = { authorization: `Bearer ${runner.token}` };
    expect((await fetch(`${runner.url}/`, { headers })).status).toBe(404);
  });

  it('says what is up, after it has tried each language and its fences', async () => {
    const response = await fetch(`${runner.url}/health`, { headers: { authorization: `Bearer ${runner.token}` } });
    expect(await response.json()).toMatchObject({
      languages: {
        python3: {
          selfTest: 'passed',
          version: expect.stringMatching(/^3\.\d+\.\d+$/),
          runtime: expect.stringMatching(/^pyodide \d/),
          network: expect.any(String),
        },
        javascript: { selfTest: 'passed', version: 'ES2023', runtime: expect.stringMatching(/^quickjs-emscripten \d/) },
      },
    });
  });

  it('B25 gives a sandbox nothing of its own environment', async () => {
    const [waiting] = await findWaiting();
    expect(readFileSync(`/proc/${waiting}/environ`, 'utf8')).not.toMatch(/TENON|NODE|PATH|HOME/);
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toMatch(/TENON/);
  });

  it('W7 kills the sandbox at once when the caller leaves', async () => {
    const abort = new AbortController();
    const { answer, busy } = await startLoop(abort.signal);
    abort.abort();
    await expect(answer).rejects.toThrow();
    await waitUntil('the sandbox is gone', () => !isAlive(busy));
    expect(await ask(runner, quick)).toMatchObject(fine);
  });

  it('S1 says so when the sandbox is killed, and runs the next code', async () => {
    const { answer, busy } = await startLoop();
    process.kill(busy, 'SIGKILL');
    expect((await answer).error).toMatchObject({
      code: 'code.unavailable',
      message: 'The sandbox was killed from outside; the computer may be out of memory.',
    });
    expect(await ask(runner, quick)).toMatchObject(fine);
  });

  it('S1 replaces sandboxes that died while they waited', async () => {
    const waiting = await findWaiting();
    for (const one of waiting) process.kill(one, 'SIGKILL');
    await waitUntil('they are gone', () => !waiting.some(isAlive));
    expect(await ask(runner, quick)).toMatchObject(fine);
  });

  it('S1 ends a sandbox that hangs at the time limit, and runs the next code', async () => {
    const waiting = await findWaiting();
    for (const one of waiting) process.kill(one, 'SIGSTOP');
    const { error } = await ask(runner, { ...quick, timeoutMs: 500 });
    expect(error).toMatchObject({ code: 'code.timedOut', message: expect.stringContaining('500 ms') });
    expect(waiting.filter(isAlive)).toHaveLength(waiting.length - 1);
    for (const one of waiting.filter(isAlive)) process.kill(one, 'SIGKILL');
    expect(await ask(runner, quick)).toMatchObject(fine);
  });

  it('B28 never has more sandboxes than it may, however many ask', async () => {
    const abort = new AbortController();
    const answers = Array.from({ length: 50 }, () => ask(runner, { ...loop, signal: abort.signal }));
    const settled = Promise.allSettled(answers);
    const counts: number[] = [];
    const until = Date.now() + 1500;
    await waitUntil('all places are taken', () => {
      counts.push(listSandboxes(pid).length);
      return Date.now() > until && counts.at(-1)! >= 3;
    });
    expect(Math.max(...counts)).toBeLessThanOrEqual(6);
    abort.abort();
    expect((await settled).every(({ status }) => status === 'rejected')).toBe(true);
    expect(await ask(runner, quick)).toMatchObject(fine);
  });

  it('gives a sign of life every second, and says when a sandbox takes the code', async () => {
    const response = await post(JSON.stringify({ ...endless, inputs: '{}', timeoutMs: 1500 }));
    expect(await response.text()).toMatch(/^ +\n +\{"error":\{"code":"code.timedOut"/);
  });

  it('B28 does not let JavaScript that loops hold up anything else', async () => {
    const abort = new AbortController();
    const looping = ask(runner, { ...endless, signal: abort.signal });
    const code = 'const main = () => ({ a: 1 });';
    expect(await ask(runner, { language: 'javascript', code })).toMatchObject({ result: '{"a":1}' });
    abort.abort();
    await expect(looping).rejects.toThrow();
  });
});

describe('with little memory', () => {
  beforeAll(async () => {
    runner = await spawnCodeRunner({ NODE_OPTIONS: '--max-old-space-size=128' });
    pid = runner.child.pid!;
  });
  afterAll(() => runner.close());

  it('S1 takes so many large inputs at once that they would fill its memory, one after the other', async () => {
    const inputs = JSON.stringify({ a: 'x'.repeat(12_000_000) });
    const code = 'const main = ({ a }) => ({ length: a.length });';
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask(runner, { language: 'javascript', code, inputs })),
    );
    expect(new Set(answers.map(({ result, error }) => result ?? error?.message))).toEqual(
      new Set(['{"length":12000000}']),
    );
    expect(runner.child.exitCode).toBeNull();
  });
});

describe('at its end', () => {
  beforeEach(() => start());
  afterEach(() => runner.close());

  /** What belongs to the process: sandboxes, and the shell that watches over them. */
  const family = () => listProcesses().filter(({ parent }) => parent === pid);

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'S1 B28 leaves no process behind on %s, not even a busy one',
    async (signal) => {
      const { busy, warm } = await startLoop();
      const all = family().map((one) => one.pid);
      expect(all).toEqual(expect.arrayContaining([busy, warm]));
      expect(all.length).toBeGreaterThan(2);
      runner.child.kill(signal);
      await waitUntil('everything is gone', () => !all.some(isAlive) && !isAlive(pid));
    },
  );

  it('leaves no process behind when its watching shell was killed before', async () => {
    const { busy } = await startLoop();
    const shell = family().find(({ command }) => command.includes('trap'))!;
    process.kill(shell.pid, 'SIGKILL');
    await waitUntil('there is another shell', () =>
      family().find(({ pid: it, command }) => it !== shell.pid && command.includes('trap')),
    );
    runner.child.kill('SIGKILL');
    await waitUntil('the sandbox is gone', () => !isAlive(busy));
  });

  it('ends with its parent', async () => {
    const { busy } = await startLoop();
    const exit = once(runner.child, 'exit');
    runner.child.disconnect();
    expect(await exit).toEqual([0, null]);
    await waitUntil('the sandbox is gone', () => !isAlive(busy));
  });
});

it('B25 gives a sandbox no file that it was left by whoever started it', async () => {
  const left = openSync(fileURLToPath(import.meta.url), 'r');
  // Node looks after the first ones by itself
  await start([...Array<'ignore'>(100).fill('ignore'), left]);
  closeSync(left);
  const filesOf = (of: number) =>
    readdirSync(`/proc/${of}/fd`).map((fd) => readlinkSync(`/proc/${of}/fd/${fd}`, { encoding: 'utf8' }));
  const shared = filesOf(pid);
  expect(shared).toContain(fileURLToPath(import.meta.url));
  const [waiting] = await findWaiting();
  const own = (file: string) => file === '/dev/null' || file.startsWith('anon_inode:');
  expect(filesOf(waiting!).filter((file) => shared.includes(file) && !own(file))).toEqual([]);
  await runner.close();
});

it('B27 does not start without a token, and names the setting', async () => {
  await expect(spawnCodeRunner({ TENON_CODE_RUNNER_TOKEN: '' })).rejects.toThrow('TENON_CODE_RUNNER_TOKEN is not set');
});
