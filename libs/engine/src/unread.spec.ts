import fc from 'fast-check';
import { advance, start } from './advance.js';
import { entriesIn } from './table.js';
import { runInMemory } from './testing/index.js';
import { randomRun } from './testing/random-run.js';
import { buildPlan } from './testing/build-plan.js';
import { dropUnread } from './unread.js';

describe('what no step reads any more', () => {
  it('can be left behind at any turn of any run, and the run stays the same', () => {
    fc.assert(
      fc.property(randomRun, fc.nat(20), ({ plan, performers }, at) => {
        const run = runInMemory(plan, performers, { isLarge: true });
        const first = start(plan, run.input);
        let [whole, part] = [first.state, first.state];
        run.messages.forEach((message, i) => {
          if (i >= at) part = dropUnread(plan, part);
          const [before, after] = [advance(plan, whole, message), advance(plan, part, message)];
          expect(after.events).toEqual(before.events);
          expect(after.effects).toEqual(before.effects);
          [whole, part] = [before.state, after.state];
        });
      }),
    );
  });

  it('is what ended steps gave to ended steps, and nothing else', () => {
    const plan = buildPlan('a -> b -> c -> d', { steps: { b: { reads: ['a.x'] }, d: { reads: ['b.x'] } } });
    const run = runInMemory(plan, {});
    let { state } = start(plan, run.input);
    for (const message of run.messages.slice(0, 2)) state = advance(plan, state, message).state;
    const names = (of: typeof state) =>
      entriesIn(of.pool)
        .map(([name]) => name)
        .sort();
    expect(names(state)).toEqual(['a', 'b', 'conversation', 'env', 'sys']);
    expect(names(dropUnread(plan, state))).toEqual(['b', 'conversation', 'env', 'sys']);
    expect({ ...dropUnread(plan, state), pool: state.pool }).toEqual(state);
  });
});
