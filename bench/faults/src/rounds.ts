import { setTimeout as delay } from 'node:timers/promises';
import type { Frame, Recording } from './checker/recording.js';
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

/** The last moments for a fault: three quarters of what a load does, so that it is under way by then. */
const MOST = { calls: 30, steps: 80, ends: 15, acceptances: LOAD_SIZE };

/** A run whose call was cut off has failed by then; only one that goes on is there to be stopped. */
const FAILED_MS = 2_000;

/** Rounds of the short form: the API, the workflow server and a worker are killed, each in the middle of the load. */
export const QUICK_SEEDS: readonly number[] = [12, 14, 23];

/** One round: a mixed load, one fault somewhere in it, one run that is stopped meanwhile. */
export interface Round {
  readonly target: Target;
  readonly fault: FaultKind;
  readonly forMs: number;
  /** The fault comes when this many of these were seen. */
  readonly moment: { readonly of: keyof typeof MOST; readonly count: number };
}

/** The round that a seed stands for. */
export function roundOf(seed: number): Round {
  const random = seeded(seed);
  const [target, fault, maxMs] = pick(random, FAULTS);
  const of = pick(random, ['calls', 'calls', 'steps', 'ends', 'acceptances'] as const);
  return {
    ...{ target, fault, forMs: Math.floor(random() * maxMs) },
    moment: { of, count: 1 + Math.floor(random() * MOST[of]) },
  };
}

/** Plays the round of a seed. */
export async function playRound(seed: number, setting: Setting): Promise<Row> {
  const { stack, apps } = setting;
  const { target, fault, forMs, moment } = roundOf(seed);
  const head = { cell: 'rounds', fault: `${target} ${fault}`, moment: '', times: 1 };
  try {
    const session = await Session.open(stack, apps, loadRules());
    const hurting = reach(session, moment, target).then(() => inject(stack, target, fault, forMs));
    const [hit] = await Promise.all([hurting, session.accept(loadFor(target, stack.effects.url))]);
    const recording = await session.finish();
    if (!isUnderWay(recording, hit.at)) throw new Error('No run was under way at the fault: nothing was tested.');
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

/** A call that is cut off fails, or is made once more where nothing of its answer came over a kept connection. */
function loadFor(target: Target, effectsUrl: string): Order[] {
  const orders = mixedLoad(effectsUrl);
  if (target !== 'model') return orders;
  return orders.map(({ expected, ...order }) => ({
    ...order,
    expected: { ...expected, states: [...expected.states, 'failed'] },
    ...(order.stopAfterMs !== undefined && { stopAfterMs: FAILED_MS }),
  }));
}

/** The moment is reached, and there is a call to be cut off. @throws Error when the load was over before */
async function reach(session: Session, { of, count }: Round['moment'], target: Target): Promise<void> {
  const { stack } = session;
  const seen = {
    calls: async () => (await stack.model.counts()).total + stack.effects.calls().length,
    steps: async () => session.events('step.succeeded').length,
    ends: async () => session.events('run.finished').length,
    acceptances: async () => session.runs.length,
  }[of];
  for (let isOver = false; (await seen()) < count; await delay(10)) {
    if (isOver) throw new Error(`The load was over before ${count} ${of}.`);
    isOver = session.events('run.finished').length >= LOAD_SIZE;
  }
  const isEndless = async () => {
    const id = session.runs.find(({ name }) => name === ENDLESS.name)?.id;
    return (await session.calls()).some(({ key, state }) => key.startsWith(`${id}/`) && state === 'answering');
  };
  if (target === 'model') await session.until(isEndless, 'a call that nobody answers');
}

/** Whether a run was accepted by then, and had not ended. */
export function isUnderWay({ runs, streams }: Pick<Recording, 'runs' | 'streams'>, at: number): boolean {
  const hasEnded = (frames: readonly Frame[]) =>
    frames.some((frame) => frame.kind === 'event' && frame.type === 'run.finished' && frame.at <= at);
  return runs.some(
    ({ id, acceptedAt }) => acceptedAt <= at && streams.every(({ runId, frames }) => runId !== id || !hasEnded(frames)),
  );
}
