import { setTimeout as delay } from 'node:timers/promises';
import type { Setting } from './cells/cell.js';
import { inject, type FaultKind, type Target } from './cells/inject.js';
import { progressAfter } from './cells/moments.js';
import { check } from './checker/check.js';
import { ENDLESS, LOAD_SIZE, loadRules, mixedLoad, type Order } from './load/load.js';
import { Session } from './load/session.js';
import type { Row } from './report.js';
import { findDeaths, heal, notReached } from './run-case.js';
import { pick, seeded } from './seeded.js';

/** What may happen in a round, and how long it lasts at most, in milliseconds. */
const FAULTS: readonly (readonly [Target, FaultKind, number])[] = [
  ['worker', 'K', 2_000],
  ['worker', 'K', 0],
  ['worker', 'K', 45_000],
  ['worker', 'S', 8_000],
  ['api', 'K', 1_000],
  ['api', 'S', 3_000],
  ['codeRunner', 'K', 1_000],
  ['temporal', 'K', 3_000],
  ['temporal', 'S', 7_000],
  ['temporal', 'C', 7_000],
  ['postgres', 'K', 3_000],
  ['postgres', 'S', 7_000],
  ['postgres', 'C', 7_000],
  ['model', 'C', 0],
  ['client', 'C', 2_000],
  ['client', 'D', 3_000],
];

/** One round: a mixed load, one fault somewhere in it, one run that is stopped meanwhile. */
export interface Round {
  readonly target: Target;
  readonly fault: FaultKind;
  readonly forMs: number;
  /** The fault comes when this many of these were seen. */
  readonly moment: { readonly of: 'calls' | 'steps' | 'ends' | 'acceptances'; readonly count: number };
}

/** The round that a seed stands for. */
export function roundOf(seed: number): Round {
  const random = seeded(seed);
  const [target, fault, maxMs] = pick(random, FAULTS);
  const of = pick(random, ['calls', 'calls', 'steps', 'ends', 'acceptances'] as const);
  const most = { calls: 40, steps: 60, ends: 15, acceptances: LOAD_SIZE }[of];
  return {
    ...{ target, fault, forMs: Math.floor(random() * maxMs) },
    moment: { of, count: 1 + Math.floor(random() * most) },
  };
}

/** Plays the round of a seed. */
export async function playRound(seed: number, setting: Setting): Promise<Row> {
  const { stack, apps } = setting;
  const { target, fault, forMs, moment } = roundOf(seed);
  const head = { cell: 'rounds', fault: `${target} ${fault}`, moment: '', times: 1 };
  try {
    const session = await Session.open(stack, apps, loadRules());
    const orders = loadFor(target, stack.effects.url);
    const hurting = reach(session, moment).then(() => inject(stack, target, fault, forMs));
    const stopping = orders.includes(ENDLESS) ? stopEndless(session, moment) : undefined;
    const [hit] = await Promise.all([hurting, session.accept(orders), stopping]);
    const recording = await session.finish();
    const from = fault === 'K' && target === 'worker' ? hit.at : hit.healedAt;
    return {
      ...head,
      runs: recording.runs.length,
      recoveryMs: progressAfter(recording, from),
      violations: [...check(recording), ...findDeaths(stack)],
    };
  } catch (error) {
    return { ...head, runs: 0, recoveryMs: [], violations: [notReached(error as Error), ...findDeaths(stack)] };
  } finally {
    await heal(stack);
  }
}

/** A call that is cut off fails, and the steps of the load do not try again: then there is nothing to be stopped. */
function loadFor(target: Target, effectsUrl: string): Order[] {
  const orders = mixedLoad(effectsUrl);
  if (target !== 'model') return [ENDLESS, ...orders];
  return orders.map((order) => ({ ...order, expected: { ...order.expected, states: ['succeeded', 'failed'] } }));
}

/** Stops the run that nothing else ends, when the moment of the fault has come. */
async function stopEndless(session: Session, moment: Round['moment']): Promise<void> {
  await reach(session, moment);
  const find = () => session.runs.find(({ name }) => name === ENDLESS.name);
  await session.seen(() => find() !== undefined, 'the run that is stopped');
  await session.stop(find()?.id ?? '');
}

/** The moment is reached, or the load is so far that it will not be. */
async function reach(session: Session, { of, count }: Round['moment']): Promise<void> {
  const { stack } = session;
  const seen = {
    calls: async () => (await stack.model.counts()).total + stack.effects.calls().length,
    steps: async () => session.events('step.succeeded').length,
    ends: async () => session.events('run.finished').length,
    acceptances: async () => session.runs.length,
  }[of];
  const isOver = () => session.events('run.finished').length >= LOAD_SIZE;
  while ((await seen()) < count && !isOver()) await delay(10);
}
