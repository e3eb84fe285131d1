import fc from 'fast-check';
import { advance, start } from '../advance.js';
import { buildPlan, fails, lasting, never, runInMemory } from '../testing/index.js';
import { randomRun } from '../testing/random-run.js';

const ENDS = ['step.succeeded', 'step.handled', 'step.failed', 'step.stopped'];

describe('I6: a run has one outcome, and after it there are no effects', () => {
  it('on any graph: it ends, with one outcome as its last event, and every step that began has one end', () => {
    fc.assert(
      fc.property(randomRun, fc.nat(40), ({ plan, performers }, stopAfter) => {
        const run = runInMemory(plan, performers, {
          cancel: { when: ({ seq }) => seq === stopAfter, reason: 'enough' },
        });
        expect(run.events.map(({ seq }) => seq)).toEqual(run.events.map((_, i) => i + 1));
        expect(run.events.filter(({ type }) => type === 'run.finished')).toEqual([run.events.at(-1)]);
        expect(run.outcome).toBeDefined();
        expect(run.state.underWay).toBe(0);
        for (const { id } of plan.steps) {
          const own = run.events.filter((event) => 'stepKey' in event && event.stepKey === id);
          expect(own.filter(({ type }) => ENDS.includes(type))).toHaveLength(run.started(id).length);
        }
        const tries = run.events.filter(({ type }) => ['step.retrying', 'step.handled', 'step.failed'].includes(type));
        expect(run.outcome?.exceptions).toBe(tries.length);
        expect(run.outcome?.steps).toBe(run.events.filter(({ type }) => type === 'step.started').length);
      }),
      { numRuns: 200 },
    );
  });

  it('gives up exactly what was asked for and not answered', () => {
    fc.assert(
      fc.property(randomRun, fc.nat(40), ({ plan, performers }, stopAfter) => {
        const run = runInMemory(plan, performers, {
          cancel: { when: ({ seq }) => seq === stopAfter, reason: 'enough' },
        });
        const answered = new Set(run.messages.map((message) => ('key' in message ? message.key : '')));
        const open = run.effects.filter(({ type, key }) => type !== 'cancel' && !answered.has(key));
        const cancelled = run.effects.filter(({ type }) => type === 'cancel');
        expect(new Set(cancelled.map(({ key }) => key))).toEqual(new Set(open.map(({ key }) => key)));
      }),
    );
  });

  it('stops what is under way when a step fails for good', () => {
    const plan = buildPlan('begin -> a\nbegin -> b -> c');
    const run = runInMemory(plan, { a: never(), b: lasting(5, fails({ message: 'It broke.' })) });
    expect(run.story().slice(-3)).toEqual(['b failed', 'a stopped', 'run finished']);
    expect(run.effects.at(-1)).toEqual({ type: 'cancel', key: 'a#1' });
    expect(run.outcome).toMatchObject({ status: 'failed', failure: { message: 'It broke.', stepKey: 'b' } });
  });

  it('does not begin in the world what the same turn gave up', () => {
    const plan = buildPlan('begin -> a\nbegin -> b\nbegin -> c');
    const failure = { code: 'x.y', type: 'X', message: 'No.' };
    const run = runInMemory(plan, {}, { settled: { b: { ok: false, failure } } });
    expect(run.effects.map(({ key }) => key)).toEqual(['begin#1']);
    expect(run.story().slice(-5)).toEqual(['a started', 'b started', 'b failed', 'a stopped', 'run finished']);
    expect(run.started('c')).toEqual([]);
  });

  it('hears nothing after it', () => {
    const plan = buildPlan('begin -> a');
    const run = runInMemory(plan);
    for (const message of run.messages) {
      expect(advance(plan, run.state, message)).toEqual({ state: run.state, effects: [], events: [] });
    }
    expect(start(plan, run.input).state.outcome).toBeUndefined();
  });
});
