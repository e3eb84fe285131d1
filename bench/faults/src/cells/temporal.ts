import type { Order } from '../load/load.js';
import { ask, startOnce } from '../watch/api.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { inject, type FaultKind } from './inject.js';
import { acceptLoad, loadAt, outageOf, progressAfter, type Moment } from './moments.js';

/** The API answers within this time while the workflow server is away. */
const ANSWERS_WITHIN_MS = 1_000;
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
