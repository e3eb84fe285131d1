import fc from 'fast-check';
import type { RunEvent } from './event.js';
import { foldRunView, stepIn, stepsIn, type RunView } from './run-view.js';
import { buildPlan, fails, failsFirst, lasting, never, returns, runInMemory, takes } from './testing/index.js';
import { randomRun } from './testing/random-run.js';

const viewOf = (events: readonly RunEvent[]) => events.reduce<RunView | undefined>(foldRunView, undefined) as RunView;

describe('foldRunView', () => {
  const plan = buildPlan('begin -> if\nif:true -> a -> b\nif:true -> slow\nif:false -> c', {
    steps: { a: { retry: { maxRetries: 1, intervalMs: 100 }, reads: ['begin.x'] } },
  });
  const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
  const run = runInMemory(
    plan,
    { if: takes('true'), a: failsFirst(1, returns({ y: 1 }, usage)), slow: never(), b: lasting(7, fails()) },
    { inputs: { x: 5 } },
  );

  it('tells of each step in the order in which it was heard of', () => {
    expect(stepsIn(viewOf(run.events)).map(({ stepKey, status }) => `${stepKey} ${status}`)).toEqual([
      'begin succeeded',
      'if succeeded',
      'c skipped',
      'a succeeded',
      'slow stopped',
      'b failed',
    ]);
  });

  it('shows what a step read, gave and cost, and its tries', () => {
    expect(stepIn(viewOf(run.events), 'a')).toEqual({
      stepKey: 'a',
      order: 3,
      status: 'succeeded',
      startedAt: 2,
      finishedAt: 104,
      inputs: { 'begin.x': 5 },
      outputs: { y: 1 },
      exit: 'source',
      attempt: 2,
      usage,
      retries: [{ attempt: 1, at: 3, delayMs: 100, failure: expect.objectContaining({ code: 'test.failed' }) }],
    });
  });

  it('shows a step that waits for its next try, and when that is due', () => {
    const at = run.events.findIndex(({ type }) => type === 'step.retrying');
    const view = viewOf(run.events.slice(0, at + 1));
    expect(stepIn(view, 'a')).toMatchObject({ status: 'retrying', attempt: 2, retryAt: 103 });
    expect([view.status, view.seq]).toEqual(['running', at + 1]);
  });

  it('shows how the run ended', () => {
    expect(viewOf(run.events)).toMatchObject({
      status: 'failed',
      startedAt: 0,
      finishedAt: 111,
      inputs: { x: 5 },
      outcome: run.outcome,
      stepCount: 6,
    });
  });

  it('hears an event once and refuses a gap', () => {
    const view = viewOf(run.events);
    expect(foldRunView(view, run.events[3] as RunEvent)).toBe(view);
    expect(() => viewOf(run.events.slice(1))).toThrow(expect.objectContaining({ code: 'runView.gap' }));
    expect(() => viewOf(run.events.filter(({ seq }) => seq !== 4))).toThrow(
      expect.objectContaining({ code: 'runView.gap' }),
    );
  });

  it('begins a step that ends without a start at its end', () => {
    const ended = run.events.find(({ type }) => type === 'step.succeeded') as RunEvent & { readonly stepKey: string };
    const view = foldRunView(viewOf(run.events.slice(0, 1)), { ...ended, seq: 2 });
    expect(stepIn(view, ended.stepKey)).toMatchObject({ startedAt: ended.at, finishedAt: ended.at, inputs: {} });
  });

  it('agrees with the state of the run, on any graph, and survives JSON', () => {
    fc.assert(
      fc.property(randomRun, (random) => {
        const any = runInMemory(random.plan, random.performers);
        const view = JSON.parse(JSON.stringify(viewOf(any.events))) as RunView;
        expect(view.outcome).toEqual(any.outcome);
        expect(stepsIn(view).filter(({ status }) => status !== 'skipped')).toHaveLength(any.state.started);
      }),
    );
  });

  it('shares with the view before all that an event does not change', () => {
    const long = buildPlan(Array.from({ length: 1_000 }, (_, i) => `s${i}`).join(' -> '));
    const { events } = runInMemory(long, {}, { isLarge: true });
    const before = viewOf(events.slice(0, 1_500));
    const after = foldRunView(before, events[1_500] as RunEvent);
    const [old, fresh] = [before.steps, after.steps] as unknown[][];
    expect(fresh?.filter((part, i) => part !== old?.[i])).toHaveLength(1);
    expect(viewOf(events).stepCount).toBe(1_000);
  });
});
