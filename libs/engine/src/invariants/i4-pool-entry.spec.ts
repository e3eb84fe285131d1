import fc from 'fast-check';
import { advance, start } from '../advance.js';
import { buildPlan, fails, failsFirst, returns, runInMemory } from '../testing/index.js';
import { randomRun } from '../testing/random-run.js';
import { findIn } from '../table.js';
import type { Outputs } from '../value.js';

describe('I4: a step writes its own pool entry once, on success', () => {
  it('on any graph: absent until the step ends well, never changed afterwards', () => {
    fc.assert(
      fc.property(randomRun, ({ plan, performers }) => {
        const run = runInMemory(plan, performers);
        const entries = new Map<string, Outputs>();
        let turn = start(plan, run.input);
        for (const message of run.messages) {
          turn = advance(plan, turn.state, message);
          for (const { id } of plan.steps) {
            const status = findIn(turn.state.steps, id)?.status;
            const entry = findIn(turn.state.pool, id);
            if (id !== plan.root) expect(entry !== undefined).toBe(status === 'succeeded' || status === 'handled');
            if (entry && entries.has(id)) expect(entry).toBe(entries.get(id));
            if (entry && status !== 'running' && status !== 'retrying') entries.set(id, entry);
          }
        }
      }),
    );
  });

  it('is readable by the step that it makes ready', () => {
    const plan = buildPlan('begin -> a -> b', { steps: { b: { reads: ['a.x', 'begin.x'] } } });
    const run = runInMemory(plan, { a: returns({ x: 1 }) }, { inputs: { x: 'in' } });
    expect(run.started('b')).toMatchObject([{ inputs: { 'a.x': 1, 'begin.x': 'in' } }]);
  });

  it('has nothing of a try that failed', () => {
    const plan = buildPlan('begin -> a -> b', {
      steps: { a: { retry: { maxRetries: 1, intervalMs: 1 } }, b: { end: { x: 'a.x' } } },
    });
    const run = runInMemory(plan, { a: failsFirst(1, returns({ y: 1 })) });
    expect(run.outcome?.outputs).toEqual({ x: null });
    const failing = runInMemory(plan, { a: fails({}, { x: 'half' }) });
    expect(findIn(failing.state.pool, 'a')).toBeUndefined();
    expect(failing.events.at(-2)).toMatchObject({ type: 'step.failed', outputs: { x: 'half' } });
  });
});
