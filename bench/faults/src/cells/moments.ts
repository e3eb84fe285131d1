import type { Recording } from '../checker/recording.js';
import { LOAD_SIZE, loadRules, mixedLoad } from '../load/load.js';
import { Session } from '../load/session.js';
import type { Setting } from './cell.js';

/** Prompts at which the calls of the load wait: one of each app that calls a model. */
const HELD = ['chat call2', 'branch ask', 'web confirm', 'code ask'];

/**
 * A load of which every run that calls a model is held in its first such call: before its first text, or after two
 * pieces of it. @returns once all of them are there
 */
export async function heldInCalls(setting: Setting, holdAfter: number, followers = 1): Promise<Session> {
  const { stack, apps } = setting;
  const size = sizeOf(setting);
  const rules = loadRules((prompt) => (HELD.includes(prompt) ? { holdAfter } : {}));
  // only the first execution is held: what is done again goes through
  const session = await Session.open(stack, apps, [
    ...rules.map((rule) => ({ ...rule, when: { ...rule.when, nthOfKey: 1 } })),
    ...loadRules(),
  ]);
  const orders = mixedLoad(stack.effects.url, size);
  await session.accept(orders, { followers });
  await stack.model.waitForHeld(heldCount(size), 60_000);
  return session;
}

/** How many of a load wait in a model call: all but every second branch. */
export function heldCount(size: number): number {
  return Array.from({ length: size }, (_, index) => index).filter(
    (index) => index % 4 !== 1 || Math.floor(index / 4) % 2 === 1,
  ).length;
}

export function sizeOf({ isQuick }: Setting): number {
  return isQuick ? LOAD_SIZE / 2 : LOAD_SIZE;
}

/** From `at` to the next event of each run that had not ended then, in milliseconds. */
export function progressAfter({ streams }: Recording, at: number): number[] {
  return streams.flatMap(({ frames }) => {
    const next = frames.find((frame) => frame.kind === 'event' && frame.at > at);
    const isOver = frames.some((frame) => frame.kind === 'event' && frame.type === 'run.finished' && frame.at <= at);
    return next && !isOver ? [next.at - at] : [];
  });
}
