import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ask } from './testing/ask.js';
import { spawnCodeRunner } from './testing/index.js';
import { listSandboxes, waitUntil } from './testing/processes.js';

jest.setTimeout(90_000);

const quick = { language: 'python3', code: 'import json\n\ndef main():\n    return {"a": 1}' } as const;
const cache = mkdtempSync(path.join(tmpdir(), 'tenon-cache-'));
const folder = path.join(cache, 'code-runner');
afterAll(() => rmSync(cache, { recursive: true }));

/** Runs code in a process of its own; gives the arguments with which the last sandbox was started. */
async function runOnce(cacheDir: string): Promise<string> {
  const runner = await spawnCodeRunner({ TENON_CACHE_DIR: cacheDir });
  try {
    expect(await ask(runner, quick)).toMatchObject({ result: '{"a": 1}' });
    const sandbox = await waitUntil('another sandbox is started', () => listSandboxes(runner.child.pid!).at(-1));
    return sandbox.command;
  } finally {
    await runner.close();
  }
}
const snapshots = () => readdirSync(folder).filter((name) => name.endsWith('.snapshot'));

it('makes the snapshot once and starts from it until it is broken, not until a sandbox was killed', async () => {
  mkdirSync(folder);
  for (const name of ['old.snapshot', 'old.part', 'young.part']) writeFileSync(path.join(folder, name), '');
  for (const name of ['old.snapshot', 'old.part']) utimesSync(path.join(folder, name), 0, 0);
  // Ended at once: what is being written is finished first.
  await runOnce(cache);
  const [name] = snapshots();
  const file = path.join(folder, name!);
  expect(statSync(file).size).toBeGreaterThan(10_000_000);
  expect(readdirSync(folder).sort()).toEqual([name, 'young.part']);

  expect(await runOnce(cache)).toContain(file);

  const runner = await spawnCodeRunner({ TENON_CACHE_DIR: cache });
  try {
    const starting = await waitUntil('a sandbox is started', () => listSandboxes(runner.child.pid!)[0]);
    process.kill(starting.pid, 'SIGKILL');
    expect(await ask(runner, quick)).toMatchObject({ result: '{"a": 1}' });
  } finally {
    await runner.close();
  }
  expect(snapshots()).toEqual([name]);

  writeFileSync(file, 'no snapshot');
  expect(await runOnce(cache)).not.toContain(file);
  expect(snapshots()).toEqual([]);
});

it('runs code where nothing can be kept', async () => {
  const file = path.join(cache, 'a-file');
  writeFileSync(file, '');
  expect(await runOnce(file)).not.toContain('.snapshot');
});
