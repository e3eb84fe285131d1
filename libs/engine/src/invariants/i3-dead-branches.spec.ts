import fc from 'fast-check';
import { buildPlan, returns, runInMemory, takes } from '../testing/index.js';
import { randomRun } from '../testing/random-run.js';

describe('I3: a step whose edges are all dead is skipped, and its exits die with it', () => {
  it('on any graph: skipped exactly when every way in is dead, and told before what killed it', () => {
    fc.assert(
      fc.property(randomRun, ({ plan, performers }) => {
        const run = runInMemory(plan, performers);
        const end = new Map(
          run.events.flatMap((event, at) =>
            event.type === 'step.succeeded' || event.type === 'step.handled'
              ? [[event.stepKey, { at, exit: event.exit }] as const]
              : event.type === 'step.skipped'
                ? [[event.stepKey, { at, exit: '' }] as const]
                : [],
          ),
        );
        for (const { id, isRoot } of plan.steps) {
          if (id === plan.root) continue;
          const incoming = plan.edges.filter((edge) => edge.target === id);
          const isDead =
            incoming.length > 0 && incoming.every((edge) => (end.get(edge.source)?.exit ?? edge.exit) !== edge.exit);
          expect([id, run.skipped(id)]).toEqual([id, isDead || isRoot === true]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('row 41: a diamond with one branch skipped still joins', () => {
    const plan = buildPlan('if:true -> a -> join\nif:false -> b -> join -> after');
    const run = runInMemory(plan, { if: takes('true') });
    expect(run.story()).toEqual([
      'run started',
      'if started',
      'b skipped',
      'if succeeded',
      'a started',
      'a succeeded',
      'join started',
      'join succeeded',
      'after started',
      'after succeeded',
      'run finished',
    ]);
  });

  it('row 41: a chain behind a skipped step is skipped to its end', () => {
    const run = runInMemory(buildPlan('if:true -> a\nif:false -> b -> c -> d'), { if: takes('true') });
    expect(['b', 'c', 'd'].map((id) => run.skipped(id))).toEqual([true, true, true]);
  });

  it('row 41: one undecided edge stops the propagation', () => {
    const plan = buildPlan('begin -> if\nbegin -> slow -> join\nif:true -> a\nif:false -> b -> join -> after');
    const run = runInMemory(plan, { if: takes('true') });
    expect(run.skipped('b')).toBe(true);
    expect([run.skipped('join'), run.started('join').length]).toEqual([false, 1]);
  });

  it('row 7: the branch that is not taken has neither start nor end', () => {
    const plan = buildPlan('begin -> if\nif:true -> hello\nif:false -> other', {
      steps: { hello: { answer: 'hello!' }, other: { answer: 'other' } },
    });
    const run = runInMemory(plan, { if: takes('true') });
    expect(run.outcome?.outputs).toEqual({ answer: 'hello!' });
    expect(run.story().filter((line) => line.startsWith('other'))).toEqual(['other skipped']);
    expect(runInMemory(plan, { if: takes('false') }).outcome?.outputs).toEqual({ answer: 'other' });
  });

  //  if ─true──► code1 ─┐
  //     ├─true─► code2 ─┤
  //     ├─false► code2  ├► end
  //     └─false► code3 ─┘
  it('row 9: a target of two exits runs once, and the end joins what ran', () => {
    const plan = buildPlan(
      'begin -> if\nif:true -> code1 -> end\nif:true -> code2\nif:false -> code2 -> end\nif:false -> code3 -> end',
      { steps: { end: { end: { 1: 'code1.out', 2: 'code2.out', 3: 'code3.out' } } } },
    );
    const codes = {
      code1: returns({ out: 'Code 1' }),
      code2: returns({ out: 'Code 2' }),
      code3: returns({ out: 'Code 3' }),
    };
    const taken = runInMemory(plan, { ...codes, if: takes('true') });
    expect(taken.outcome?.outputs).toEqual({ 1: 'Code 1', 2: 'Code 2', 3: null });
    expect([taken.started('code2').length, taken.started('end').length]).toEqual([1, 1]);
    const other = runInMemory(plan, { ...codes, if: takes('false') });
    expect(other.outcome?.outputs).toEqual({ 1: null, 2: 'Code 2', 3: 'Code 3' });
    expect([other.started('code2').length, other.started('end').length]).toEqual([1, 1]);
  });

  it('row 42: entry steps that do not begin the run are skipped with what only they lead to', () => {
    const plan = buildPlan('start -> a -> shared\nhook -> b -> shared\ntimer -> c', {
      steps: { start: { isRoot: true }, hook: { isRoot: true }, timer: { isRoot: true } },
    });
    const run = runInMemory(plan, {}, { root: 'hook' });
    expect(['start', 'a', 'timer', 'c'].map((id) => run.skipped(id))).toEqual([true, true, true, true]);
    expect(run.started('shared')).toHaveLength(1);
    expect(run.story().slice(0, 6)).toEqual([
      'run started',
      'start skipped',
      'a skipped',
      'timer skipped',
      'c skipped',
      'hook started',
    ]);
    expect(runInMemory(plan).skipped('hook')).toBe(true);
  });

  it('row 42: an entry step that leads to where the run begins does not skip it', () => {
    const plan = buildPlan('start -> a -> b', { steps: { start: { isRoot: true } } });
    expect(runInMemory(plan, {}, { root: 'a' }).story()).toEqual([
      'run started',
      'start skipped',
      'a started',
      'a succeeded',
      'b started',
      'b succeeded',
      'run finished',
    ]);
  });
});
