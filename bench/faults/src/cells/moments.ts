import type { Frame, Recording } from '../checker/recording.js';
import { LOAD_SIZE, loadRules, mixedLoad, type Order } from '../load/load.js';
import { Session } from '../load/session.js';
import type { Setting } from './cell.js';

/** Prompts at which the calls of a held load wait: one of each app that calls a model. */
export const HELD = ['chat call2', 'branch ask', 'web confirm', 'code ask'];
/** More pieces than any reply has: held after its last. */
const AT_THE_END = 100;

export type Moment = 'idle' | 'before the first text' | 'while text streams' | 'after the last text';

/** Runs of a load in this form. */
export function sizeOf({ isQuick, size }: Setting): number {
  return size ?? (isQuick ? LOAD_SIZE / 2 : LOAD_SIZE);
}

/** How long an outage lasts in this form, in milliseconds. */
export function outageOf({ isQuick }: Setting, ms = 30_000): number {
  return isQuick ? Math.min(ms, 4_000) : ms;
}

/**
 * A mixed load at a moment: every run that calls a model is held in such a call; `idle` is before the load.
 * @param alsoHeld  prompts of later calls that are held as well
 */
export async function loadAt(
  moment: Moment,
  setting: Setting,
  { followers = 1, alsoHeld = [] }: { readonly followers?: number; readonly alsoHeld?: readonly string[] } = {},
): Promise<Session> {
  const { stack, apps } = setting;
  if (moment === 'idle') return Session.open(stack, apps, loadRules());
  const holdAfter = moment === 'before the first text' ? 0 : moment === 'while text streams' ? 2 : AT_THE_END;
  const held = loadRules((prompt) => ([...HELD, ...alsoHeld].includes(prompt) ? { holdAfter } : {}));
  // only the first execution is held: what is done again goes through
  const firsts = held.map((rule) => ({ ...rule, when: { ...rule.when, nthOfKey: 1 } }));
  const session = await Session.open(stack, apps, [...firsts, ...loadRules()]);
  await acceptLoad(session, setting, followers);
  await stack.model.waitForHeld(heldCount(sizeOf(setting)), 60_000);
  return session;
}

/** Asks for the runs of a mixed load, of which one is stopped when a fault has begun. @returns their ids */
export function acceptLoad(session: Session, setting: Setting, followers = 1): Promise<string[]> {
  return session.accept(mixedLoad(setting.stack.effects.url, sizeOf(setting)), { followers });
}

/** As many runs again as a load has; none of them is stopped. */
export function furtherOrders(setting: Setting): Order[] {
  const size = sizeOf(setting);
  return mixedLoad(setting.stack.effects.url, 2 * size).slice(-size);
}

/** How many of a load wait in a model call: all but every second branch. */
export function heldCount(size: number): number {
  return Array.from({ length: size }, (_, index) => index).filter(
    (index) => index % 4 !== 1 || Math.floor(index / 4) % 2 === 1,
  ).length;
}

/**
 * From `at` to the next event of each run that had not ended then, in milliseconds; `Infinity` where none came. Runs
 * that were stopped do not count: they end by that.
 * @param counts  which frames count, where others than events do
 */
export function progressAfter(
  { streams, stops }: Pick<Recording, 'streams' | 'stops'>,
  at: number,
  counts: (frame: Frame) => boolean = ({ kind }) => kind === 'event',
): number[] {
  return streams.flatMap(({ runId, frames }) => {
    if (stops.some((stop) => stop.runId === runId)) return [];
    const isOver = frames.some((frame) => frame.kind === 'event' && frame.type === 'run.finished' && frame.at <= at);
    if (isOver) return [];
    const next = frames.find((frame) => counts(frame) && frame.at > at);
    return [next ? next.at - at : Infinity];
  });
}

/** Whether there was something to go on, and all of it went on in time. */
export function isBackWithin(ms: number, recoveryMs: readonly number[]): boolean {
  return recoveryMs.length > 0 && recoveryMs.every((one) => one <= ms);
}
