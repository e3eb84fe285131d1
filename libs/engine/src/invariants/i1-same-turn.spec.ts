import fc from 'fast-check';
import { advance, start } from '../advance.js';
import type { Plan } from '../plan.js';
import { buildPlan, lasting, never, returns, runInMemory } from '../testing/index.js';
import { randomRun } from '../testing/random-run.js';

describe('I1: same plan, state and message give the same turn', () => {
  it('on any graph: the messages of a run, told again, give its events and its state', () => {
    fc.assert(
      fc.property(randomRun, ({ plan, performers }) => {
        const run = runInMemory(plan, performers);
        // another object with the same content, as another process would read it
        const samePlan = JSON.parse(JSON.stringify(plan)) as Plan;
        let turn = start(samePlan, run.input);
        const events = [...turn.events];
        for (const message of run.messages) {
          turn = advance(samePlan, turn.state, message);
          events.push(...turn.events);
        }
        expect(events).toEqual(run.events);
        expect(turn.state).toEqual(run.state);
      }),
    );
  });

  it('leaves the state it is given as it was', () => {
    const plan = buildPlan('begin -> a -> b');
    const { state } = start(plan, {
      at: 0,
      inputs: {},
      system: {},
      conversation: {},
      limits: { maxSteps: 9, maxDurationMs: 9 },
    });
    const before = JSON.stringify(state);
    advance(plan, state, { type: 'step.finished', at: 1, key: 'begin#1', result: { ok: true, outputs: { x: 1 } } });
    expect(JSON.stringify(state)).toBe(before);
  });

  it('does not throw for what a user or the world may get wrong', () => {
    const plan = buildPlan('begin -> a\nghost -> a\nb -> b', { steps: { a: { reads: ['', 'a', 'gone.x.y'] } } });
    const wrong: Plan = { ...plan, edges: [...plan.edges, { source: 'nobody', exit: 'source', target: 'nothing' }] };
    const run = runInMemory(wrong, { begin: never() });
    for (const key of ['', '#', 'a', 'a#', 'a#x', 'a#1', 'nobody#1', '__proto__#1', 'begin#1.5', 'begin#2']) {
      const message = { type: 'step.finished', at: 9, key, result: { ok: true, outputs: {} } } as const;
      expect(advance(wrong, run.state, message)).toEqual({ state: run.state, effects: [], events: [] });
    }
    expect(runInMemory(wrong).outcome).toMatchObject({ status: 'succeeded', steps: 1 });
  });

  it('depends on nothing but the order of messages: who is slow changes when, not what', () => {
    const plan = buildPlan('begin -> a -> join\nbegin -> b -> join', {
      steps: { join: { end: { a: 'a.x', b: 'b.x' } } },
    });
    const outputs = [1, 9].map(
      (lastsMs) =>
        runInMemory(plan, { a: lasting(lastsMs, returns({ x: 1 })), b: lasting(5, returns({ x: 2 })) }).outcome,
    );
    expect(outputs[0]).toEqual(outputs[1]);
  });
});
