import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { spawnScriptedModel, type ScriptedModelProcess } from '@tenon/ports/testing';
import { chainOfCalls } from './chain-app.js';
import { publishApp, readRun, startRun } from './client.js';
import { startInstalled, type Installed } from './installation.js';
import { until } from './until.js';

/*
 * The promise: on a full disk what cannot be kept is refused with a sentence, what was accepted stays, and with more room
 * everything goes on by itself. The disk is a file system in memory, on which the whole data folder lies.
 */

jest.setTimeout(300_000);

const run = promisify(execFile);
const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
const onSmallDisk = (name: string, test: () => Promise<void>) =>
  mayMount ? it(name, test) : it.skip(`${name} (only root may mount a small disk)`, test);

let root: string;
let disk: string;
let model: ScriptedModelProcess;
let installed: Installed | undefined;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tenon-full-'));
  await chmod(root, 0o755); // as root, Postgres runs as another user
  disk = path.join(root, 'disk');
  await mkdir(disk);
  model = await spawnScriptedModel({ defaultReply: { text: 'fine' } });
});
afterAll(async () => {
  await installed?.stop();
  await model.close();
  if (mayMount) await run('umount', ['-l', disk]).catch(() => undefined);
  await rm(root, { recursive: true, force: true });
});

/** Takes all the room that is left. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, 'a');
  try {
    for (const bytes of [1 << 20, 1 << 12])
      for (;;) {
        const isFull = await handle.write(Buffer.alloc(bytes)).then(
          ({ bytesWritten }) => bytesWritten < bytes,
          () => true,
        );
        if (isFull) break;
      }
  } finally {
    await handle.close();
  }
}

/** How long anything may take, in milliseconds. */
const WITHIN_MS = 120_000;

onSmallDisk(
  'B82 a full disk refuses runs with a sentence, loses none, and takes them again when there is room',
  async () => {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=700m,mode=755', 'tmpfs', disk]);
    const env = { OPENAI_BASE_URL: model.baseUrl, OPENAI_API_KEY: 'sk-test' };
    const one = (installed = await startInstalled(path.join(disk, 'data'), env));
    const appId = await publishApp(one, chainOfCalls(1));
    const accepted = [await startRun(one, { appId, query: 'before' })];
    const hasSucceeded = async (id: string) => (await readRun(one, id)).status === 'SUCCEEDED';
    await until('the first run', () => hasSucceeded(accepted[0] as string), WITHIN_MS);

    const filler = path.join(disk, 'filler');
    const refusal = await until(
      'a refusal',
      async () => {
        await fill(filler);
        try {
          accepted.push(await startRun(one, { appId, query: 'while full '.repeat(8_000) }));
          return false;
        } catch (error) {
          return (error as Error).message;
        }
      },
      WITHIN_MS,
    );
    expect(refusal).toMatch(/"code":"UNAVAILABLE"/);
    expect(refusal).toMatch(/The disk of the database is full|The database does not answer/);
    expect(refusal).not.toMatch(/No space left|could not extend|ENOSPC/);

    await rm(filler);
    accepted.push(
      await until(
        'a run after there is room',
        () => startRun(one, { appId, query: 'after' }).catch(() => undefined),
        WITHIN_MS,
      ),
    );
    for (const id of accepted) await until(`run ${id}`, () => hasSucceeded(id).catch(() => false), WITHIN_MS);
  },
);
