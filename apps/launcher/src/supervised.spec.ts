import { isSameProcess } from '@tenon/platform/servers';
import { startNodeProcess, type NodeCommand, type NodeProcess } from './node-process.js';
import { Supervised, type ProcessStatus, type SupervisedOptions } from './supervised.js';
import { createScripts, eventually, POLITE, READY, type Scripts } from './testing/script.js';

let scripts: Scripts;
const supervised: Supervised<NodeProcess>[] = [];
beforeEach(async () => {
  scripts = await createScripts();
});
afterEach(async () => {
  await Promise.all(supervised.splice(0).map((one) => one.kill()));
  await scripts.remove();
});

function supervise(command: NodeCommand, options: Partial<SupervisedOptions<NodeProcess>> = {}) {
  const history: ProcessStatus[] = [];
  const one = new Supervised<NodeProcess>({
    name: command.name,
    start: (signal) => startNodeProcess(command, { signal }),
    onChange: (status) => history.push(status),
    backoffMs: [10, 20],
    ...options,
  });
  supervised.push(one);
  const pidAfter = (restarts: number) =>
    eventually(() => one.state.state === 'ready' && one.state.restarts >= restarts && one.state.pid);
  return { one, history, pidAfter };
}

/** A program that counts its starts in a file and runs `body`, in which `count` is the number of this start. */
const counting = (scripts: Scripts, body: string) =>
  scripts.command(
    'worker',
    `import fs from 'node:fs'; const file = ${JSON.stringify(`${scripts.folder}/count`)};
     const count = (fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0) + 1; fs.writeFileSync(file, String(count)); ${body}`,
  );

describe('Supervised', () => {
  it('starts a process again that was killed, and says why it had ended', async () => {
    const { one, history, pidAfter } = supervise(await scripts.command('worker', POLITE));
    const { pid } = await one.start();
    process.kill(pid, 'SIGKILL');
    expect(await pidAfter(1)).not.toBe(pid);
    expect(one.state).toMatchObject({ state: 'ready', restarts: 1, lastError: 'worker ended by SIGKILL' });
    expect(history.map(({ state }) => state)).toEqual(['starting', 'ready', 'restarting', 'ready']);
    expect(history[2]).not.toHaveProperty('pid');
  });

  it('keeps the last line of a process that ended by itself as the reason', async () => {
    const body = `if (count === 1) setTimeout(() => { console.error('out of memory'); process.exit(134); }, 20); ${POLITE}`;
    const { one, pidAfter } = supervise(await counting(scripts, body));
    await one.start();
    await pidAfter(1);
    expect(one.state.lastError).toBe('worker ended with code 134: out of memory');
  });

  it('says that memory ran out, although the last lines are of something else', async () => {
    const body = `if (count === 1) setTimeout(() => { const kept = []; for (;;) kept.push(new Array(1e5).fill({})); }, 20); ${POLITE}`;
    const { one, pidAfter } = supervise(await counting(scripts, body));
    await one.start();
    await pidAfter(1);
    expect(one.state.lastError).toMatch(/^worker ended (by SIGABRT|with code 134): .*heap out of memory/);
  }, 30_000);

  it('keeps the code of an error that a program told, until there is another error', async () => {
    const told = `process.send({ type: 'failed', code: 'database.newerSchema' }, () => process.exit(1))`;
    const body = `if (count === 1) setTimeout(() => ${told}, 20); if (count === 2) setTimeout(() => process.exit(3), 20); ${POLITE}`;
    const { one, history, pidAfter } = supervise(await counting(scripts, body));
    await one.start();
    await pidAfter(2);
    expect(history.filter(({ state }) => state === 'restarting').map(({ lastErrorCode }) => lastErrorCode)).toEqual([
      'database.newerSchema',
      undefined,
    ]);
  });

  it('S1 kills a process that does not answer three times in a row, starts it again, and says so', async () => {
    const command = await scripts.command('worker', POLITE);
    const answers = [true, false, false, true, false, false, false];
    const { one, history, pidAfter } = supervise(command, {
      start: async (signal) => {
        const running = await startNodeProcess(command, { signal });
        return { ...running, answers: async () => answers.shift() ?? true };
      },
      checkEveryMs: 1,
    });
    const first = await one.start();
    expect(await pidAfter(1)).not.toBe(first.pid);
    expect(answers).toEqual([]);
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(history.filter(({ state }) => state === 'restarting').map(({ lastError }) => lastError)).toEqual([
      'worker did not answer any more and was killed',
    ]);
  });

  it('goes on trying when starts fail, with growing waits, and counts the end only once', async () => {
    const body = `if (count > 1 && count < 5) { console.error('no database'); process.exit(1); } ${POLITE}`;
    const { one, history, pidAfter } = supervise(await counting(scripts, body));
    const { pid } = await one.start();
    process.kill(pid, 'SIGKILL');
    await pidAfter(1);
    expect(one.state.restarts).toBe(1);
    expect(history.filter(({ lastError }) => lastError === 'worker did not start: no database')).not.toHaveLength(0);
  });

  it('does not try a first start again', async () => {
    const { one } = supervise(await scripts.command('worker', `console.error('bad settings'); process.exit(1);`));
    await expect(one.start()).rejects.toThrow('worker did not start: bad settings');
    expect(one.state).toMatchObject({ state: 'stopped', restarts: 0, lastError: 'worker did not start: bad settings' });
  });

  it('stops for good', async () => {
    const { one, history } = supervise(await scripts.command('worker', POLITE));
    const running = await one.start();
    await one.stop();
    expect(await isSameProcess(running)).toBe(false);
    expect(history.map(({ state }) => state)).toEqual(['starting', 'ready', 'stopping', 'stopped']);
    await one.stop();
  });

  it('stops in the middle of its first start', async () => {
    const { one } = supervise(await scripts.command('worker', `setInterval(() => {}, 1000);`));
    const starting = one.start();
    await one.stop();
    await expect(starting).rejects.toMatchObject({ code: 'launcher.interrupted' });
    expect(one.state.state).toBe('stopped');
  });

  it('stops while it waits to start again', async () => {
    const { one } = supervise(await scripts.command('worker', POLITE), { backoffMs: [60_000] });
    const { pid } = await one.start();
    process.kill(pid, 'SIGKILL');
    await eventually(() => one.state.state === 'restarting');
    await one.stop();
    expect(one.state.state).toBe('stopped');
  });

  it('kills a process that does not end when told to', async () => {
    const command = await scripts.command('worker', `process.on('SIGTERM', () => {}); ${READY}`, { stopWithinMs: 100 });
    const { one } = supervise(command);
    const running = await one.start();
    await one.stop();
    expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('starts again at once after a new build', async () => {
    const { one, pidAfter } = supervise(await scripts.command('worker', POLITE));
    const { pid } = await one.start();
    await one.restart();
    expect(await pidAfter(1)).not.toBe(pid);
  });

  it('begins its waits anew once a process was up for long enough', async () => {
    const { one, pidAfter } = supervise(await scripts.command('worker', POLITE), {
      backoffMs: [10, 60_000],
      healthyAfterMs: 50,
    });
    let { pid } = (await one.start()) as { pid: number };
    for (const restarts of [1, 2, 3]) {
      await new Promise((resolve) => setTimeout(resolve, 60)); // the time that makes it healthy
      process.kill(pid, 'SIGKILL');
      pid = await pidAfter(restarts);
    }
    expect(one.state.restarts).toBe(3);
  });
});
