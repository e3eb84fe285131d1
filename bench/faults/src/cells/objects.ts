import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { acceptApp } from '../load/accept-app.js';
import { loadRules, type Order } from '../load/load.js';
import { Session } from '../load/session.js';
import type { Door } from '../watch/api.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { callNode, chainApp, codeNode } from './chain-app.js';
import { acceptLoad, outageOf } from './moments.js';

/** More than a run keeps beside itself. */
const LARGE = 150_000;
const RUNS = 4;
const MAKES = codeNode('make', 'javascript', `function main() { return { text: 'x'.repeat(${LARGE}) }; }`);

/** Faults of the place where large values lie. */
export const objectCases: readonly Case[] = [
  { ...{ cell: 'B1', fault: 'F', moment: 'large values are made while their folder is gone' }, run: folderIsGone },
];

/** Runs that need the folder fail or wait; those that come when it is back succeed, and every value can be read. */
async function folderIsGone(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const session = await Session.open(stack, apps, [
    { when: { user: 'large call', nthOfKey: 1 }, reply: { text: 'go', holdAfter: 0 } },
    ...loadRules(),
  ]);
  const app = chainApp('Large', [callNode('call', 'large call'), MAKES], ['make', 'text']);
  const ordersOf = (name: string, states: Order['expected']['states']): Order[] =>
    Array.from({ length: RUNS }, (_, index) => ({
      ...{ name: `${name} ${index}`, app: 'endless', input: {} },
      expected: { states },
    }));
  await acceptApp(session, app, ordersOf('meanwhile', ['succeeded', 'failed']));
  await stack.model.waitForHeld(RUNS);
  const end = stack.log.begin('the folder of objects is gone', true);
  await mkdir(stack.objectsFolder, { recursive: true });
  await rename(stack.objectsFolder, `${stack.objectsFolder}.away`);
  await writeFile(stack.objectsFolder, 'no folder');
  try {
    await stack.model.release();
    await Promise.all([acceptLoad(session, setting), delay(outageOf(setting, 10_000))]);
  } finally {
    await rm(stack.objectsFolder);
    await rename(`${stack.objectsFolder}.away`, stack.objectsFolder);
    end();
  }
  const later = acceptApp(session, app, ordersOf('afterwards', ['succeeded']));
  await stack.model.waitForHeld(RUNS);
  await stack.model.release();
  await later;
  const recording = await session.finish();
  const results = recording.runs
    .filter(({ name }) => /^(meanwhile|afterwards) /.test(name))
    .flatMap(({ end: over }) => (over?.state === 'succeeded' ? [over.result] : []));
  const sizes = await Promise.all(results.map((result) => sizeOfValue(stack.backDoor, result)));
  const isWhole = sizes.every((size) => size >= LARGE);
  return { recording, violations: demand(isWhole, `values of ${sizes.join(', ')} characters were given`, 'P1') };
}

/** Characters of the one output of a run, which lies in a place of its own. */
async function sizeOfValue({ url, token }: Door, result: string): Promise<number> {
  const { told } = JSON.parse(result) as { told: string | { $ref: { key: string } } };
  if (typeof told === 'string') return told.length;
  const response = await fetch(`${url}/files/${told.$ref.key}`, { headers: { authorization: `Bearer ${token}` } });
  return response.ok ? (await response.text()).length : 0;
}
