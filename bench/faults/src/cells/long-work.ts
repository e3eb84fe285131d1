import path from 'node:path';
import { acceptApp } from '../load/accept-app.js';
import { loadRules, type Order } from '../load/load.js';
import { Session } from '../load/session.js';
import { listProcesses, usedWithin } from '../stack/processes.js';
import { callNode, chainApp, codeNode, textNode } from './chain-app.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { inject } from './inject.js';
import { acceptLoad, isBackWithin, progressAfter } from './moments.js';

/** Steps of a long run, and how fast it is there again after its worker was lost. */
const STEPS = 5_000;
const REPLAYED_WITHIN_MS = 10_000;
/** Code that nobody waits for ends within this time. */
const ENDS_WITHIN_MS = 5_000;
/** A window in which code that never ends uses at least this much processor time, and nothing at all hardly any. */
const WINDOW_MS = 1_000;
const BUSY_MS = 200;
const IDLE_MS = 60;

/** Faults of the worker during code, and in a run that is long already. */
export const longWorkCases: readonly Case[] = [
  { ...{ cell: 'W7', fault: 'K', moment: 'while code runs' }, run: whileCodeRuns },
  { ...{ cell: 'W8', fault: 'K', moment: `after ${STEPS} steps` }, run: afterManySteps },
];

const SPINNING = [
  codeNode('spin', 'javascript', 'function main() { for (;;); }'),
  codeNode('spin', 'python3', 'def main():\n    while True:\n        pass\n'),
];

/** Code ends with the worker that waits for it, nothing of it stays, and it is run again. */
async function whileCodeRuns(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const { codeRunner } = stack.victims;
  const session = await Session.open(stack, apps, loadRules());
  const runIds: string[] = [];
  for (const [index, node] of SPINNING.entries()) {
    const order: Order = { name: `spin ${index}`, app: 'endless', input: {}, expected: { states: ['stopped'] } };
    runIds.push(...(await acceptApp(session, chainApp('Spinning', [node], ['spin', 'text']), [order])));
  }
  const usedMs = () => usedWithin(codeRunner.pid, WINDOW_MS);
  await session.seen(() => session.events('step.started').length === SPINNING.length, 'code that has begun');
  await session.until(async () => (await usedMs()) >= BUSY_MS, 'code that runs');
  await acceptLoad(session, setting);
  let isEnded = false;
  await inject(stack, 'worker', 'K', 0, async () => {
    for (const deadline = Date.now() + ENDS_WITHIN_MS; !isEnded && Date.now() < deadline;)
      isEnded = (await usedMs()) <= IDLE_MS;
  });
  const isRepeated = async (runId: string) =>
    (await session.read(runId))?.executions.some(({ execution }) => execution === 2) === true;
  for (const runId of runIds) {
    await session.until(() => isRepeated(runId), 'code that is run again');
    await session.stop(runId);
  }
  const recording = await session.finish();
  const orphans = await listOrphans();
  return {
    recording,
    violations: [
      ...demand(isEnded, 'code went on after the end of the worker that waited for it'),
      ...demand(orphans.length === 0, `processes were left over: ${orphans.join('; ')}`),
    ],
  };
}

/** A run with thousands of steps behind it is carried on as fast as a short one. */
async function afterManySteps(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const session = await Session.open(stack, apps, [
    { when: { user: 'long call', nthOfKey: 1 }, reply: { text: 'said', holdAfter: 0 } },
    { when: { user: 'long call' }, reply: { text: 'said' } },
    ...loadRules(),
  ]);
  const steps = Array.from({ length: STEPS }, (_, index) => textNode(`step${index}`, `text ${index}`));
  const order: Order = {
    ...{ name: 'long', app: 'endless', input: {} },
    expected: { states: ['succeeded'], result: JSON.stringify({ told: 'said' }) },
  };
  const app = chainApp('Long', [...steps, callNode('call', 'long call')], ['call', 'text']);
  const [longId] = await acceptApp(session, app, [order]);
  await stack.model.waitForHeld(1, 120_000);
  await acceptLoad(session, setting);
  const { healedAt } = await inject(stack, 'worker', 'K', 0);
  const recording = await session.finish();
  const long = recording.streams.filter(({ runId }) => runId === longId);
  const recoveryMs = progressAfter({ ...recording, streams: long }, healedAt);
  const isInTime = isBackWithin(REPLAYED_WITHIN_MS, recoveryMs);
  return {
    ...{ recording, recoveryMs, bounds: { maxCallsPerKey: 2 } },
    violations: demand(isInTime, `the run went on ${recoveryMs.join(', ')} ms after the worker was there again`),
  };
}

/** What belongs to no code runner any more. */
async function listOrphans(): Promise<string[]> {
  const folder = path.resolve(import.meta.dirname, '../../../../dist/apps/code-runner');
  const processes = await listProcesses();
  return processes
    .filter(({ parent, command }) => parent === 1 && command.includes(folder))
    .map(({ command }) => command);
}
