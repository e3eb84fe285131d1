import { isJsonObject, type Json } from '@tenon/base';
import { DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflows } from '../../tools/build/workflow-bundle.mjs';
import { replay } from '../worker/src/testing/replay.js';

/*
 * Runs outlive builds: a run that began on an older one goes on with this one, so this one has to decide as that one
 * did. `__histories__` holds real runs, one of every shape; the worker's histories.int.spec.ts records them. `carried`
 * below it holds the two histories of one run, which ran where a history is long after 30 events. `waits-beyond-limit` is
 * of a build on which a step waited however long it was asked to: no build records it again.
 */

const ROOT = path.resolve(__dirname, '../..');
const SOURCES = path.join(__dirname, 'src');
const HISTORIES = path.join(__dirname, '__histories__');
const quiet = new DefaultLogger('ERROR');

let histories: Record<string, Json>;
let carried: Record<string, Json>;
let folder: string;
let ours: WorkflowBundle;

beforeAll(async () => {
  // below the root, so that packages are found, and outside every project
  await mkdir(path.join(ROOT, 'tmp'), { recursive: true });
  folder = await mkdtemp(path.join(ROOT, 'tmp', 'replay-'));
  [histories, carried] = await Promise.all([readHistories(HISTORIES), readHistories(path.join(HISTORIES, 'carried'))]);
  ours = await bundleWorkflows(path.join(SOURCES, 'workflows.ts'), quiet);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function readHistories(from: string): Promise<Record<string, Json>> {
  const files = (await readdir(from)).filter((file) => file.endsWith('.json'));
  const read = async (file: string): Promise<[string, Json]> => [
    path.basename(file, '.json'),
    JSON.parse(await readFile(path.join(from, file), 'utf8')) as Json,
  ];
  return Object.fromEntries(await Promise.all(files.map(read)));
}

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
  expect(Object.keys(histories).length).toBeGreaterThanOrEqual(13);
  const outcomes = await replay(ours, histories);
  expect(outcomes).toEqual(Object.fromEntries(Object.keys(histories).map((name) => [name, undefined])));
}, 60_000);

const endOf = (history: Json = null) => {
  const events = (isJsonObject(history) ? history['events'] : []) as { eventType: string }[];
  return events.at(-1)?.eventType;
};

it('holds runs that were really carried to their end', () => {
  for (const history of Object.values(histories))
    expect(endOf(history)).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED');
  expect(endOf(carried['first'])).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW');
  expect(endOf(carried['last'])).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED');
});

it('a run that went on in a new history replays on both sides, and only where it was to go on', async () => {
  const short = await bundleWith('history-budget.ts', 'events: 3_000', 'events: 30');
  expect(await replay(short, carried)).toEqual({ first: undefined, last: undefined });
  const others = await replay(ours, { first: carried['first'] as Json });
  expect(others['first']).toMatch(/DeterminismViolation|Nondeterminism/i);
}, 60_000);

it('a run that went on in a new history begins what it has taken along, and nothing else', async () => {
  const forgetful = await bundleWith('driver.ts', 'effects: effectsOf(plan, carried)', 'effects: []');
  const outcomes = await replay(forgetful, { last: carried['last'] as Json });
  expect(outcomes['last']).toMatch(/DeterminismViolation|Nondeterminism/i);
}, 60_000);

it.each([
  [
    'performs effects in another order',
    'driver.ts',
    "of effects) {\n      if (effect.type === 'cancel')",
    "of effects.toReversed()) {\n      if (effect.type === 'cancel')",
    'parallel',
  ],
  ['calls a short step as a long one', 'outside-calls.ts', "instruction.weight === 'long'", 'true', 'short-call'],
  ['waits for nothing between tries', 'driver.ts', 'await this.sleep(delayMs);', '', 'retry-after-failure'],
  ['never pauses', 'driver.ts', 'await this.pause();', 'this.pureSteps = 0;', 'many-pure-steps'],
])(
  'refuses an engine that %s',
  async (_how, file, what, instead, name) => {
    const outcomes = await replay(await bundleWith(file, what, instead), pick(name));
    expect(outcomes[name]).toMatch(/DeterminismViolation|Nondeterminism/i);
  },
  60_000,
);
