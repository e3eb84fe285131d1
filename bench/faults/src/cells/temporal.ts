import { rename, rm } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';
import type { Order } from '../load/load.js';
import { ask, startOnce } from '../watch/api.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { inject, type FaultKind } from './inject.js';
import { acceptLoad, loadAt, outageOf, progressAfter, type Moment } from './moments.js';

/** The API answers within this time while the workflow server is away. */
const ANSWERS_WITHIN_MS = 1_000;
/** The call after the one in which runs of several calls are held. */
const LATER = 'chat call3';
const MOMENTS: readonly Moment[] = ['idle', 'before the first text', 'while text streams', 'after the last text'];

/** Faults of the workflow server. */
export const temporalCases: readonly Case[] = [
  ...MOMENTS.flatMap((moment) =>
    (['K', 'S', 'C'] as const).map((fault) => ({
      ...{ cell: 'T1', fault, moment },
      isQuick: moment === 'before the first text' && fault === 'K',
      run: (setting: Setting) => awayAt(moment, fault, setting),
    })),
  ),
  {
    ...{ cell: 'T3', fault: 'W', moment: 'it has lost all runs' },
    run: (setting) => wentBack(setting, 'before the runs'),
  },
  {
    ...{ cell: 'T3', fault: 'W', moment: 'it is where it was a while ago' },
    run: (setting) => wentBack(setting, 'amid the runs'),
  },
];

/** The server is away at a moment; runs that are asked for meanwhile are accepted, and whatever is there can be read. */
async function awayAt(moment: Moment, fault: FaultKind, setting: Setting): Promise<Outcome> {
  const { stack } = setting;
  const session = await loadAt(moment, setting);
  let slowestMs = 0;
  const timed = async (work: () => Promise<unknown>) => {
    const from = performance.now();
    await work();
    slowestMs = Math.max(slowestMs, performance.now() - from);
  };
  const { healedAt } = await inject(stack, 'temporal', fault, outageOf(setting), async () => {
    // before the load, the load itself comes while the server is away
    if (moment === 'idle') await acceptLoad(session, setting);
    const [late] = lateOrders(stack.effects.url);
    if (late) await timed(async () => session.take(await startOnce(stack.door, session.inputOf(late)), late));
    await timed(() => ask(stack.door, 'query { apps(first: 20) { edges { node { id name } } } }'));
    await timed(() => ask(stack.door, 'query { runs(first: 20) { edges { node { id status waitingFor } } } }'));
  });
  const recording = await session.finish();
  return {
    ...{ recording, recoveryMs: progressAfter(recording, healedAt) },
    violations: demand(
      slowestMs <= ANSWERS_WITHIN_MS,
      `the API took ${Math.round(slowestMs)} ms to answer while the workflow server was away`,
    ),
  };
}

function lateOrders(effectsUrl: string): Order[] {
  return [
    {
      name: 'web late',
      app: 'web',
      input: { inputs: { n: 99, effects: effectsUrl } },
      expected: { states: ['succeeded'], result: JSON.stringify({ sum: 'reserve99+agreed+pay99' }) },
    },
  ];
}

/** The server comes back with an older copy of its data. Most runs have ended since; the others are in a later call. */
async function wentBack(setting: Setting, copied: 'before the runs' | 'amid the runs'): Promise<Outcome> {
  const { stack } = setting;
  const copy = `${stack.temporalFile}.copy`;
  if (copied === 'before the runs') await copyDatabase(stack.temporalFile, copy);
  const session = await loadAt('before the first text', setting, { alsoHeld: [LATER] });
  if (copied === 'amid the runs') await copyDatabase(stack.temporalFile, copy);
  const open = session.runs.filter(({ name }) => name.startsWith('chat')).length;
  await stack.model.release();
  await stack.model.waitForHeld(open, 60_000);
  // all but those and the one that is stopped
  const ended = session.runs.length - open - 1;
  await session.seen(() => session.events('run.finished').length === ended, 'the other runs at their end');
  const { healedAt } = await inject(stack, 'temporal', 'K', 0, async () => {
    for (const name of ['-wal', '-shm']) await rm(`${stack.temporalFile}${name}`, { force: true });
    await rename(copy, stack.temporalFile);
  });
  const recording = await session.finish();
  const recoveryMs = progressAfter(recording, healedAt);
  return {
    ...{ recording, recoveryMs, bounds: { maxCallsPerKey: 2, queuesAgain: true } },
    violations: demand(recoveryMs.length === open, `${recoveryMs.length} runs were under way instead of ${open}`),
  };
}

/** A copy of what a server that runs has written down. */
async function copyDatabase(file: string, copy: string): Promise<void> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    await backup(database, copy);
  } finally {
    database.close();
  }
}
