import { isJsonObject, type Json } from '@tenon/base';
import { DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflows } from '../../tools/build/workflow-bundle.mjs';
import { replay } from '../worker/src/testing/replay.js';

/*
 * Runs outlive builds: a run that began on an older one goes on with this one, so this one has to decide as that one
 * did. `__histories__` holds real runs, one of every shape; the worker's histories.int.spec.ts records them.
 */

const ROOT = path.resolve(__dirname, '../..');
const SOURCES = path.join(__dirname, 'src');
const HISTORIES = path.join(__dirname, '__histories__');
const quiet = new DefaultLogger('ERROR');

let histories: Record<string, Json>;
let folder: string;
let ours: WorkflowBundle;

beforeAll(async () => {
  // below the root, so that packages are found, and outside every project
  await mkdir(path.join(ROOT, 'tmp'), { recursive: true });
  folder = await mkdtemp(path.join(ROOT, 'tmp', 'replay-'));
  const files = (await readdir(HISTORIES)).filter((file) => file.endsWith('.json'));
  const read = async (file: string): Promise<[string, Json]> => [
    path.basename(file, '.json'),
    JSON.parse(await readFile(path.join(HISTORIES, file), 'utf8')) as Json,
  ];
  histories = Object.fromEntries(await Promise.all(files.map(read)));
  ours = await bundleWorkflows(path.join(SOURCES, 'workflows.ts'), quiet);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A bundle of our workflows in which `file` says `instead` where it says `what`. */
async function bundleWith(file: string, what: string, instead: string): Promise<WorkflowBundle> {
  const copy = path.join(folder, `${Math.random()}`);
  await cp(SOURCES, copy, { recursive: true });
  const source = await readFile(path.join(copy, file), 'utf8');
  if (!source.includes(what)) throw new Error(`${file} no longer says ${what}`);
  await writeFile(path.join(copy, file), source.replaceAll(what, instead));
  return bundleWorkflows(path.join(copy, 'workflows.ts'), quiet);
}

const pick = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, histories[name] as Json]));

it('every recorded run replays', async () => {
  expect(Object.keys(histories).length).toBeGreaterThanOrEqual(12);
  const outcomes = await replay(ours, histories);
  expect(outcomes).toEqual(Object.fromEntries(Object.keys(histories).map((name) => [name, undefined])));
}, 60_000);

it('holds runs that were really carried to their end', () => {
  for (const history of Object.values(histories)) {
    const events = (isJsonObject(history) ? history['events'] : []) as { eventType: string }[];
    expect(events.at(-1)?.eventType).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED');
  }
});

it.each([
  [
    'performs effects in another order',
    'driver.ts',
    "of effects) {\n      if (effect.type === 'cancel')",
    "of effects.toReversed()) {\n      if (effect.type === 'cancel')",
    'parallel',
  ],
  ['calls a short step as a long one', 'driver.ts', "instruction.weight === 'long'", 'true', 'short-call'],
  ['waits for nothing between tries', 'driver.ts', 'await sleep(delayMs);', '', 'retry-after-failure'],
  ['never pauses', 'driver.ts', 'await this.pause();', 'this.pureSteps = 0;', 'many-pure-steps'],
])(
  'refuses an engine that %s',
  async (_how, file, what, instead, name) => {
    const outcomes = await replay(await bundleWith(file, what, instead), pick(name));
    expect(outcomes[name]).toMatch(/DeterminismViolation|Nondeterminism/i);
  },
  60_000,
);
