import fc from 'fast-check';
import { advance, start } from '../advance.js';
import type { RunState } from '../state.js';
import { runInMemory } from '../testing/index.js';
import { randomRun } from '../testing/random-run.js';

describe('I7: state is plain JSON', () => {
  it('on any graph: a run carried through JSON after every turn is the run that was not', () => {
    fc.assert(
      fc.property(randomRun, ({ plan, performers }) => {
        // the first goes on with restored states and compares each; the second does neither
        const carried = runInMemory(plan, performers);
        const straight = runInMemory(plan, performers, { isLarge: true });
        expect(carried.events).toEqual(straight.events);
        expect(carried.effects).toEqual(straight.effects);
        expect(carried.state).toEqual(straight.state);
      }),
    );
  });

  it('on any graph: it can be carried at any one turn', () => {
    fc.assert(
      fc.property(randomRun, fc.nat(20), ({ plan, performers }, at) => {
        const run = runInMemory(plan, performers, { isLarge: true });
        let { state } = start(plan, run.input);
        run.messages.forEach((message, i) => {
          if (i === at) state = JSON.parse(JSON.stringify(state)) as RunState;
          state = advance(plan, state, message).state;
        });
        expect(state).toEqual(run.state);
      }),
    );
  });
});
