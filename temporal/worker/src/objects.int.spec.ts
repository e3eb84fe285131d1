import { buildDefinition } from '@tenon/dsl/testing';
import { itWithDisks, mayMount, mountSmallDisk, until, type SmallDisk } from '@tenon/platform/testing';
import { startScriptedModel, type ScriptedModel } from '@tenon/ports/testing';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { endNode, llmNode, startNode } from './testing/nodes.js';
import { startRunBench, type RunBench } from './testing/run-bench.js';
import { startTestWorker, type TestWorker } from './testing/test-worker.js';

/* What becomes of runs whose large values cannot be kept. */

let bench: RunBench;
let model: ScriptedModel;
let worker: TestWorker;
let root: string;
let folder: string;
let disk: SmallDisk | undefined;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tenon-objects-'));
  folder = path.join(root, 'disk');
  if (mayMount()) disk = await mountSmallDisk(folder, 'size=256k');
  const text = ['A long answer. '.repeat(7_000)];
  [bench, model] = await Promise.all([startRunBench(), startScriptedModel({ defaultReply: { text } })]);
  worker = await startTestWorker(bench, { modelUrl: model.baseUrl, objectsFolder: path.join(folder, 'objects') });
}, 120_000);
afterAll(async () => {
  await worker.close();
  await Promise.all([bench.close(), model.close()]);
  await disk?.unmount();
  await rm(root, { recursive: true, force: true });
});

/** The prompt makes the answers differ, so that each is an object of its own. */
let count = 0;
async function runOnce() {
  const prompt = `Write number ${++count}`;
  await model.setRules([{ when: { user: prompt }, reply: { text: [`${count} `.repeat(40_000)] } }]);
  const nodes = [startNode(), llmNode('write', prompt), endNode({ whole: ['write', 'text'] })];
  const accepted = await bench.accept(buildDefinition({ nodes, edges: ['start -> write', 'write -> end'] }));
  const { status, failure } = await accepted.ended();
  const attempts = await bench.history.listAttempts(accepted.teamId, accepted.runId);
  const references = JSON.stringify(attempts).match(/"\$ref"/g)?.length ?? 0;
  return { status, code: failure?.code, message: failure?.message ?? '', references };
}

const GOOD = { status: 'succeeded', code: undefined, message: '' };

itWithDisks(
  'B1 a full or read-only disk fails the run with a sentence and no dangling value, until it is well',
  async () => {
    const full = await until(
      'a run that fails',
      async () => {
        const found = await runOnce();
        return found.code !== undefined && found;
      },
      30_000,
    );
    expect(full).toMatchObject({ status: 'failed', code: 'object.full', references: 0 });
    expect(full.message).toBe('The disk for files is full; free some space.');
    expect(await readdir(path.join(folder, 'objects/unfinished~'))).toEqual([]);
    await disk?.remount('size=64m');
    expect(await runOnce()).toMatchObject(GOOD);
    await disk?.remount('ro');
    expect(await runOnce()).toMatchObject({ status: 'failed', code: 'object.unavailable', references: 0 });
    await disk?.remount('rw');
    expect(await runOnce()).toMatchObject(GOOD);
  },
  60_000,
);

it('B1 a folder that is away fails the run with a sentence and no dangling value, until it is back', async () => {
  await disk?.remount('size=64m');
  expect(await runOnce()).toMatchObject(GOOD);
  await rename(path.join(folder, 'objects'), path.join(folder, 'away'));
  const away = await runOnce();
  expect(away).toMatchObject({ status: 'failed', code: 'object.unavailable', references: 0 });
  expect(away.message).toContain('The folder for files cannot be used');
  await rename(path.join(folder, 'away'), path.join(folder, 'objects'));
  expect(await runOnce()).toMatchObject(GOOD);
}, 60_000);
