import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(__dirname, '../../..');
const lifecycle = pathToFileURL(path.join(__dirname, 'lifecycle.ts')).href;
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A real Node process that runs `body` with the two functions in scope. */
function run(body: string, stdio: 'ipc' | 'pipe' = 'ipc') {
  const script = `import { announceReady, onShutdown } from '${lifecycle}'; ${body}`;
  const child = spawn(
    process.execPath,
    ['--import', path.join(root, 'tools/build/source.mjs'), '--input-type=module', '-e', script],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', ...(stdio === 'ipc' ? (['ipc'] as const) : [])],
      env: { PATH: process.env['PATH'] },
    },
  );
  started.push(child);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // Not `close`: Node does not emit it once the parent has closed the channel.
  const ended = Promise.all([once(child, 'exit'), once(child.stdout!, 'end'), once(child.stderr!, 'end')]).then(
    ([exit]) => exit as [number | null, string | null],
  );
  return { child, output: () => output, ended };
}

const alive = 'setInterval(() => {}, 1000);';

describe('announceReady', () => {
  it('sends its details to the parent over the channel', async () => {
    const { child } = run(`announceReady({ url: 'http://127.0.0.1:1' }); ${alive}`);
    expect(await once(child, 'message')).toEqual([{ type: 'ready', url: 'http://127.0.0.1:1' }, undefined]);
  });

  it('prints one JSON line where there is no parent to tell', async () => {
    const { output, ended } = run(`announceReady({ port: 7 });`, 'pipe');
    await ended;
    expect(output()).toBe('{"port":7,"type":"ready"}\n');
  });
});

describe('onShutdown', () => {
  const slow = `onShutdown(async () => { console.log('begin'); await new Promise((r) => setTimeout(r, 50)); console.log('done'); });`;

  it.each(['SIGTERM', 'SIGINT'] as const)('finishes the cleanup on %s and exits with 0', async (signal) => {
    const { child, output, ended } = run(`${slow} announceReady({}); ${alive}`);
    await once(child, 'message');
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(output()).toBe('begin\ndone\n');
  });

  it('ends by itself when the parent is gone', async () => {
    const { child, output, ended } = run(`${slow} announceReady({}); ${alive}`);
    await once(child, 'message');
    child.disconnect();
    expect(await ended).toEqual([0, null]);
    expect(output()).toBe('begin\ndone\n');
  });

  it('does not take the end of the parent for a second signal', async () => {
    const { child, output, ended } = run(`${slow} announceReady({}); ${alive}`);
    await once(child, 'message');
    child.kill('SIGTERM');
    await once(child.stdout!, 'data');
    child.disconnect();
    expect(await ended).toEqual([0, null]);
    expect(output()).toBe('begin\ndone\n');
  });

  it('exits at once on a second signal', async () => {
    const { child, output, ended } = run(
      `onShutdown(() => { console.log('begin'); return new Promise(() => {}); }); announceReady({}); ${alive}`,
    );
    await once(child, 'message');
    child.kill('SIGTERM');
    await once(child.stdout!, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual([1, null]);
    expect(output()).toBe('begin\n');
  });

  it('runs every cleanup, the latest first, and exits with 1 when one fails', async () => {
    const { child, output, ended } = run(
      `onShutdown(async () => console.log('first')); onShutdown(async () => { throw new Error('broken'); }); announceReady({}); ${alive}`,
    );
    await once(child, 'message');
    child.kill('SIGTERM');
    expect(await ended).toEqual([1, null]);
    expect(output()).toMatch(/Error: broken[\s\S]*first\n$/);
  });
});
