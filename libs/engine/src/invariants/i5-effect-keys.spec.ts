import fc from 'fast-check';
import { advance, start } from '../advance.js';
import type { RunState } from '../state.js';
import { buildPlan, fails, returns, runInMemory } from '../testing/index.js';
import { randomRun } from '../testing/random-run.js';

describe('I5: every effect has a key of its own, and a second answer to it is ignored', () => {
  it('on any graph: what was answered once is not heard again, whenever it comes', () => {
    fc.assert(
      fc.property(randomRun, ({ plan, performers }) => {
        const run = runInMemory(plan, performers);
        const performs = run.effects.filter((effect) => effect.type === 'perform').map((effect) => effect.key);
        expect(new Set(performs).size).toBe(performs.length);
        const states: RunState[] = [start(plan, run.input).state];
        for (const message of run.messages) states.push(advance(plan, states.at(-1) as RunState, message).state);
        states.forEach((state, told) => {
          for (const message of run.messages.slice(0, told)) {
            expect(advance(plan, state, message)).toEqual({ state, effects: [], events: [] });
          }
        });
      }),
      { numRuns: 50 },
    );
  });

  it('names the try, also for a step whose own key holds the separator', () => {
    const plan = buildPlan('begin -> a#1', { steps: { 'a#1': { retry: { maxRetries: 1, intervalMs: 5 } } } });
    const run = runInMemory(plan, { 'a#1': fails() });
    expect(run.effects.map(({ type, key }) => `${type} ${key}`)).toEqual([
      'perform begin#1',
      'perform a#1#1',
      'startTimer a#1#2',
      'perform a#1#2',
    ]);
  });

  it('does not take a timer for a result, nor a result for a timer', () => {
    const plan = buildPlan('begin', { steps: { begin: { retry: { maxRetries: 1, intervalMs: 5 } } } });
    const input = { at: 0, inputs: {}, system: {}, conversation: {}, limits: { maxSteps: 9, maxDurationMs: 9 } };
    const running = start(plan, input).state;
    expect(advance(plan, running, { type: 'timer.fired', at: 1, key: 'begin#1' }).state).toBe(running);
    const failure = { code: 'a.b', type: 'A', message: 'No.' };
    const failed = { type: 'step.finished', at: 1, key: 'begin#1', result: { ok: false, failure } } as const;
    const waiting = advance(plan, running, failed).state;
    const early = { type: 'step.finished', at: 2, key: 'begin#2', result: { ok: true, outputs: {} } } as const;
    expect(advance(plan, waiting, early).state).toBe(waiting);
  });

  it('does not hear of a step that it never began', () => {
    const plan = buildPlan('begin -> a');
    const { state } = runInMemory(plan, { begin: returns({}), a: () => undefined });
    const forged = { type: 'step.finished', at: 9, key: 'b#1', result: { ok: true, outputs: {} } } as const;
    expect(advance(plan, state, forged).state).toBe(state);
  });
});
