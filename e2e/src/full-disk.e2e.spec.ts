import { itWithDisks, mountSmallDisk, type SmallDisk, until } from '@tenon/platform/testing';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { spawnScriptedModel, type ScriptedModelProcess } from '@tenon/ports/testing';
import { chainOfCalls } from './chain-app.js';
import { publishApp, readRun, startRun } from './client.js';
import { startInstalled, type Installed } from './installation.js';

/*
 * The promise: on a full disk what cannot be kept is refused with a sentence, what was accepted stays, and with more room
 * everything goes on by itself. The disk is a file system in memory, on which the whole data folder lies.
 */

jest.setTimeout(300_000);

let root: string;
let disk: SmallDisk | undefined;
let model: ScriptedModelProcess;
let installed: Installed | undefined;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tenon-full-'));
  await chmod(root, 0o755); // as root, Postgres runs as another user
  model = await spawnScriptedModel({ defaultReply: { text: 'fine' } });
});
afterAll(async () => {
  await installed?.stop();
  await model.close();
  await disk?.unmount();
  await rm(root, { recursive: true, force: true });
});

/** How long anything may take, in milliseconds. */
const WITHIN_MS = 120_000;

itWithDisks(
  'B82 a full disk refuses runs with a sentence, loses none, and takes them again when there is room',
  async () => {
    const small = (disk = await mountSmallDisk(path.join(root, 'disk'), 'size=700m,mode=755'));
    const env = { OPENAI_BASE_URL: model.baseUrl, OPENAI_API_KEY: 'sk-test' };
    const one = (installed = await startInstalled(path.join(small.folder, 'data'), env));
    const appId = await publishApp(one, chainOfCalls(1));
    const accepted = [await startRun(one, { appId, query: 'before' })];
    const hasSucceeded = async (id: string) => (await readRun(one, id)).status === 'SUCCEEDED';
    await until('the first run', () => hasSucceeded(accepted[0] as string), WITHIN_MS);

    const refusal = await until(
      'a refusal',
      async () => {
        await small.fill();
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

    await small.free();
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
