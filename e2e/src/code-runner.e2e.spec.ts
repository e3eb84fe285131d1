import { until } from '@tenon/platform/testing';
import { readdirSync, readFileSync } from 'node:fs';
import { chatflow, code } from './build-app.js';
import { follow, publishApp, readRun, startRun, type RunDetails } from './client.js';
import { startStack, type Stack } from './stack.js';

/* What code comes to when the processes around it are killed or hang. */

/** More processor time than a short try of code may take, in ticks of 10 ms. */
const LONG_TICKS = 350;

let stack: Stack;
let loop: string;
let quick: string;

const flowOf = (source: string, language: 'python3' | 'javascript' = 'python3') =>
  chatflow([code('code', language, source)], ['start -> code', 'code -> answer'], '{{#code.text#}}');

beforeAll(async () => {
  stack = await startStack();
  loop = await publishApp(stack, flowOf('def main():\n    while True: pass'));
  quick = await publishApp(stack, flowOf('def main():\n    return {"text": "fine"}'));
}, 120_000);
afterAll(() => stack.close());

/** Pids of the interpreters that belong to the code runner. */
function sandboxes(): number[] {
  const parent = String(stack.codeRunner.pid);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, itsParent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return state !== 'Z' && itsParent === parent && command.includes('python-child.mjs');
      } catch {
        return false; // it has just ended
      }
    })
    .map(Number);
}

/** Processor time of a process, in ticks of the kernel. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11]);
  } catch {
    return 0;
  }
}

const isAlive = (pid: number) => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
  } catch {
    return false;
  }
};

/** How long anything may take, in milliseconds. */
const WITHIN_MS = 30_000;

async function start(appId: string): Promise<{ id: string; ended: Promise<RunDetails> }> {
  const id = await startRun(stack, { appId, query: 'go' });
  return { id, ended: follow(stack, id).then(() => readRun(stack, id)) };
}

/** Starts the loop and gives the interpreter that runs it, once it does. */
async function startLoop() {
  const run = await start(loop);
  // longer than the short try that comes first
  const busy = await until('the code to run', () => sandboxes().find((pid) => ticksOf(pid) > LONG_TICKS), WITHIN_MS);
  return { ...run, busy };
}

async function expectNextIsFine(): Promise<void> {
  expect(await (await start(quick)).ended).toMatchObject({ status: 'SUCCEEDED', answer: 'fine' });
}

it('W7 a worker that is killed while code runs takes the code with it, and the next worker runs it again', async () => {
  const { id, ended, busy } = await startLoop();
  await stack.worker.kill();
  await until('the interpreter to be gone', () => !isAlive(busy), WITHIN_MS);
  await stack.worker.start();
  const again = await until(
    'the code to run again',
    () => sandboxes().find((pid) => pid !== busy && ticksOf(pid) > LONG_TICKS),
    WITHIN_MS,
  );
  process.kill(again, 'SIGKILL');
  expect(await ended).toMatchObject({ status: 'FAILED', failure: { code: 'code.unavailable' } });
  expect((await readRun(stack, id)).steps.find(({ key }) => key === 'code')?.attempts.length).toBeGreaterThan(1);
  await expectNextIsFine();
}, 120_000);

it('S1 code that is lost with its code runner runs again in the next one, and nothing of the first is left', async () => {
  const { ended } = await startLoop();
  const all = sandboxes();
  await stack.codeRunner.kill();
  await until('its sandboxes to be gone', () => !all.some(isAlive), WITHIN_MS);
  await stack.codeRunner.start();
  const again = await until(
    'the code to run again',
    () => sandboxes().find((pid) => ticksOf(pid) > LONG_TICKS),
    WITHIN_MS,
  );
  process.kill(again, 'SIGKILL');
  expect(await ended).toMatchObject({ status: 'FAILED', failure: { code: 'code.unavailable' } });
  await expectNextIsFine();
}, 120_000);

it('S1 a code runner that hangs fails the step with its reason, and serves again when it goes on', async () => {
  const { ended } = await startLoop();
  process.kill(stack.codeRunner.pid, 'SIGSTOP');
  try {
    expect(await ended).toMatchObject({
      status: 'FAILED',
      failure: { code: 'code.unavailable', message: expect.stringContaining('no sign of life') },
    });
  } finally {
    process.kill(stack.codeRunner.pid, 'SIGCONT');
  }
  await expectNextIsFine();
}, 120_000);
