import type { Order } from '../load/load.js';
import type { Session } from '../load/session.js';

/** Asks for runs whose one request fails at first and is tried again after eight seconds. @returns their ids */
export function acceptRetries(session: Session, count: number): Promise<string[]> {
  const { effects } = session.stack;
  effects.fail(1);
  return session.accept(
    Array.from({ length: count }, (_, n): Order => {
      const expected = { states: ['succeeded' as const], result: JSON.stringify({ body: `retry${n}` }) };
      return { name: `retry ${n}`, app: 'retry', input: { inputs: { n, effects: effects.url } }, expected };
    }),
  );
}

/** Fulfils when so many of them wait for their next try. */
export function untilRetrying(session: Session, count: number): Promise<void> {
  return session.seen(() => session.events('step.retrying').length === count, 'runs that wait for their next try');
}
