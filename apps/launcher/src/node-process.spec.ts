import { findFreePort, findProcess, isSameProcess } from '@tenon/platform/servers';
import { startNodeProcess, type NodeProcess } from './node-process.js';
import { createScripts, POLITE, READY, type Scripts } from './testing/script.js';

let scripts: Scripts;
const started: NodeProcess[] = [];
beforeEach(async () => {
  scripts = await createScripts();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((running) => running.kill()));
  await scripts.remove();
});

async function start(...args: Parameters<typeof startNodeProcess>): Promise<NodeProcess> {
  const running = await startNodeProcess(...args);
  started.push(running);
  return running;
}

describe('startNodeProcess', () => {
  it('resolves when the program says it is ready, with what it said, and hands on its lines', async () => {
    const lines: string[] = [];
    const body = `console.log('one'); console.error('two'); process.send({ type: 'other' }); process.send({ type: 'ready', port: 7 }); setInterval(() => {}, 1000);`;
    const running = await start(await scripts.command('api', body), { onLine: (line) => lines.push(line) });
    expect(running.details).toEqual({ type: 'ready', port: 7 });
    await running.stop();
    expect(lines.sort()).toEqual(['one', 'two']);
  });

  it('gives the program its own environment and its ceiling of heap, and nothing of ours', async () => {
    const body = `process.send({ type: 'ready', env: Object.keys(process.env), heap: require('node:v8').getHeapStatistics().heap_size_limit });`;
    const command = await scripts.command(
      'api',
      `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); ${body} setInterval(() => {}, 1000);`,
      { env: { ONLY: 'this' }, heapMb: 100 },
    );
    const { details } = await start(command);
    expect((details['env'] as string[]).filter((name) => !name.startsWith('NODE_CHANNEL'))).toEqual(['ONLY']);
    expect(details['heap'] as number).toBeLessThan(500 * 1024 * 1024);
  });

  it('says what the program printed when it ends instead of becoming ready', async () => {
    const command = await scripts.command(
      'api',
      `console.error('TENON_PORT must be a whole number'); process.exit(3);`,
    );
    await expect(start(command)).rejects.toMatchObject({
      code: 'launcher.notReady',
      message: 'api did not start: TENON_PORT must be a whole number',
    });
  });

  it('takes the sentence of an error of ours and leaves its stack out', async () => {
    const command = await scripts.command(
      'api',
      `class TenonError extends Error { name = 'TenonError'; code = 'database.newer' } throw new TenonError('The database is of a newer Tenon.');`,
    );
    await expect(start(command)).rejects.toThrow(/^api did not start: The database is of a newer Tenon\.$/);
  });

  it('says how the program ended when it printed nothing', async () => {
    await expect(start(await scripts.command('api', `process.kill(process.pid, 'SIGKILL');`))).rejects.toMatchObject({
      message: 'api did not start: it ended by SIGKILL and printed nothing',
    });
  });

  it('ends a program that hangs before it is ready', async () => {
    let pid = 0;
    const command = await scripts.command('api', `console.log(process.pid); setInterval(() => {}, 1000);`, {
      readyWithinMs: 1000,
    });
    await expect(start(command, { onLine: (line) => (pid = Number(line)) })).rejects.toMatchObject({
      code: 'launcher.notReady',
      message: 'api did not become ready within 1 s.',
    });
    expect(await findProcess(pid)).toBeUndefined();
  });

  it('ends a start that is under way when it is told to', async () => {
    const stop = new AbortController();
    const command = await scripts.command('api', `console.log('up'); setInterval(() => {}, 1000);`);
    await expect(start(command, { onLine: () => stop.abort(), signal: stop.signal })).rejects.toMatchObject({
      code: 'launcher.interrupted',
    });
  });

  it('names the file that is not built, and what to do', async () => {
    const command = { ...(await scripts.command('api', '')), file: '/nowhere/main.js' };
    await expect(start(command)).rejects.toMatchObject({
      code: 'launcher.notBuilt',
      message: 'api is not built (/nowhere/main.js is missing): run "npm run build".',
    });
  });

  it('S1 is asked whether it still answers, and any answer will do', async () => {
    const port = await findFreePort();
    const body = `import { createServer } from 'node:http';
      createServer((_, response) => response.writeHead(401).end('no')).listen(${port}, '127.0.0.1', () => process.send({ type: 'ready' }));`;
    const running = await start(await scripts.command('api', body, { probeUrl: `http://127.0.0.1:${port}/` }));
    expect(await running.answers?.(AbortSignal.timeout(10_000))).toBe(true);
    process.kill(running.pid, 'SIGSTOP');
    expect(await running.answers?.(AbortSignal.timeout(100))).toBe(false);
    await running.kill();
    expect(await running.answers?.(AbortSignal.timeout(10_000))).toBe(false);
  });

  it('stops a polite program with SIGTERM', async () => {
    const running = await start(await scripts.command('api', POLITE));
    await running.stop();
    expect(await running.exited).toEqual({ code: 0, signal: null });
  });

  it('kills a program that ignores SIGTERM', async () => {
    const running = await start(
      await scripts.command('api', `process.on('SIGTERM', () => {}); ${READY}`, { stopWithinMs: 200 }),
    );
    await running.stop();
    expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await isSameProcess(running)).toBe(false);
  });
});
