import { advance, start } from './advance.js';
import type { Message } from './message.js';
import { resolve } from './reference.js';
import type { RunState } from './state.js';
import { buildPlan, fails, failsFirst, lasting, never, returns, runInMemory, takes } from './testing/index.js';
import { secretOf } from './value.js';

const limits = { maxSteps: 100, maxDurationMs: 60_000 };

describe('start', () => {
  it('puts inputs under the entry step, and system, environment and conversation variables beside them', () => {
    const plan = buildPlan('begin -> a', {
      environment: [
        { id: '1', name: 'URL', type: 'string', value: 'http://x' },
        { id: '2', name: 'KEY', type: 'secret', value: secretOf('sealed') },
      ],
      conversation: [
        { id: '3', name: 'topic', type: 'string', value: 'none yet' },
        { id: '4', name: 'count', type: 'number', value: 0 },
      ],
    });
    const { state, events } = start(plan, {
      at: 5,
      inputs: { name: 'Ada', optional: null },
      system: { query: 'hi', files: null },
      conversation: { count: 3, gone: 1 },
      limits,
    });
    const given = {
      sys: { query: 'hi' },
      env: { URL: 'http://x', KEY: secretOf('sealed') },
      conversation: { topic: 'none yet', count: 3 },
    };
    expect(state.pool).toEqual({ ...given, begin: { name: 'Ada', optional: null } });
    expect(events[0]).toEqual({
      seq: 1,
      at: 5,
      type: 'run.started',
      root: 'begin',
      inputs: { name: 'Ada', optional: null },
      pool: given,
    });
  });

  it('keeps the inputs beside what the entry step gives', () => {
    const run = runInMemory(
      buildPlan('begin -> a'),
      { begin: returns({ 'sys.query': 'hi' }) },
      { inputs: { x: null } },
    );
    expect(run.state.pool).toMatchObject({ begin: { x: null, 'sys.query': 'hi' } });
  });

  it('row 58: fails a run that is to begin at a step that does not exist', () => {
    const run = runInMemory(buildPlan('begin -> a'), {}, { root: 'nowhere' });
    expect(run.story()).toEqual(['run started', 'run finished']);
    expect(run.outcome).toMatchObject({ status: 'failed', steps: 0, failure: { code: 'run.unknownRoot' } });
  });

  it('row 58: takes an edge to or from a step that does not exist for one that is not drawn', () => {
    const plan = buildPlan('begin -> a');
    const dangling = [
      { source: 'begin', exit: 'source', target: 'nothing' },
      { source: 'nobody', exit: 'source', target: 'a' },
    ];
    const run = runInMemory({ ...plan, edges: [...dangling, ...plan.edges] });
    expect(run.outcome).toMatchObject({ status: 'succeeded', steps: 2 });
  });

  it('begins where the caller says', () => {
    const run = runInMemory(buildPlan('begin -> a -> b'), {}, { root: 'a' });
    expect(run.story()).toEqual([
      'run started',
      'a started',
      'a succeeded',
      'b started',
      'b succeeded',
      'run finished',
    ]);
  });
});

describe('steps whose result is known already', () => {
  const plan = buildPlan('begin -> a -> b -> c', { steps: { c: { reads: ['b.x'] } } });

  it('succeed without an effect, and the others read what they gave', () => {
    const run = runInMemory(
      plan,
      {},
      { settled: { a: { ok: true, outputs: {} }, b: { ok: true, outputs: { x: 7 } } } },
    );
    expect(run.effects.map((effect) => effect.key)).toEqual(['begin#1', 'c#1']);
    expect(run.started('c')).toMatchObject([{ inputs: { 'b.x': 7 } }]);
    expect(run.outcome).toMatchObject({ status: 'succeeded', steps: 4 });
  });

  it('fail without another try', () => {
    const retrying = buildPlan('begin -> a', { steps: { a: { retry: { maxRetries: 3, intervalMs: 1 } } } });
    const failure = { code: 'x.y', type: 'X', message: 'No.' };
    const run = runInMemory(retrying, {}, { settled: { a: { ok: false, failure } } });
    expect(run.story().slice(-3)).toEqual(['a started', 'a failed', 'run finished']);
    expect(run.outcome).toMatchObject({ status: 'failed', failure: { ...failure, stepKey: 'a' } });
  });

  it('can be the whole run', () => {
    const known = Object.fromEntries(['begin', 'a', 'b', 'c'].map((id) => [id, { ok: true as const, outputs: {} }]));
    const run = runInMemory(plan, {}, { settled: known });
    expect(run.effects).toEqual([]);
    expect(run.outcome?.status).toBe('succeeded');
  });
});

describe('the effect of a step', () => {
  const secret = { id: '1', name: 'KEY', type: 'secret' as const, value: secretOf('sealed') };

  it('carries what the step reads, and no more', () => {
    const plan = buildPlan('begin -> a', { steps: { a: { reads: ['begin.x', 'begin.y', 'sys.query'] } } });
    const run = runInMemory(plan, {}, { inputs: { x: null, z: 1 }, system: { query: 'q' } });
    expect(run.effects[1]).toMatchObject({ inputs: { 'begin.x': null, 'sys.query': 'q' }, attempt: 1, outside: false });
  });

  it('is for outside when a pure function reads a secret', () => {
    const plan = buildPlan('begin -> a', { environment: [secret], steps: { a: { reads: ['env.KEY'] } } });
    const run = runInMemory(plan, { a: returns({}) });
    expect(run.effects[1]).toMatchObject({ outside: true, inputs: { 'env.KEY': secretOf('sealed') } });
  });

  it('is an activity anyway when its instruction is one', () => {
    const instruction = {
      kind: 'activity',
      run: 'a@1',
      config: {},
      reads: [['env', 'KEY']],
      weight: 'long',
      timeoutMs: 1000,
    } as const;
    const plan = buildPlan('begin -> a', { environment: [secret], steps: { a: { instruction } } });
    expect(runInMemory(plan, { a: returns({}) }).effects[1]).toMatchObject({ outside: false, instruction });
  });
});

describe('the outputs of a run', () => {
  it('join answers in the order in which they complete', () => {
    const plan = buildPlan('begin -> slow -> second\nbegin -> first', {
      steps: { first: { answer: 'one ' }, second: { answer: 'two' } },
    });
    expect(runInMemory(plan, { slow: lasting(50, returns({})) }).outcome?.outputs).toEqual({ answer: 'one two' });
    expect(runInMemory(plan, { first: lasting(50, returns({ answer: 'one ' })) }).outcome?.outputs).toEqual({
      answer: 'twoone ',
    });
  });

  it('B61 let the later of two end steps win, null where nothing resolves', () => {
    const plan = buildPlan('begin -> a -> e1\nbegin -> b -> e2', {
      steps: { e1: { end: { x: 'a.x', only: 'a.gone' } }, e2: { end: { x: 'b.x' } } },
    });
    const run = runInMemory(plan, { a: returns({ x: 1 }), b: lasting(9, returns({ x: 2 })) });
    expect(run.outcome?.outputs).toEqual({ x: 2, only: null });
  });

  it('B61 reads nothing of itself, of what was skipped or comes later, nor in a value that has changed its type', () => {
    const reads = ['a.x', 'b.x', 'later.x', 'if.list.9', 'if.was.deep'];
    const plan = buildPlan('if:true -> a -> later\nif:false -> b', {
      steps: { a: { reads, retry: { maxRetries: 1, intervalMs: 1 } } },
    });
    const given = { list: [1], was: 'a text now', kept: 1 };
    const run = runInMemory(plan, { if: takes('true', given), a: failsFirst(1, returns({ x: 1 })) });
    expect(run.skipped('b')).toBe(true);
    const tries = run.effects.filter((effect) => effect.type === 'perform' && effect.stepKey === 'a');
    expect(tries).toMatchObject([{ inputs: {} }, { inputs: {} }]);
    expect(tries.map((effect) => 'inputs' in effect && Object.keys(effect.inputs))).toEqual([[], []]);
    expect(run.outcome).toMatchObject({ status: 'partiallySucceeded' });
  });

  it('are empty without a response step', () => {
    expect(runInMemory(buildPlan('begin -> a'), { a: returns({ x: 1 }) }).outcome?.outputs).toEqual({});
  });
});

describe('a stop', () => {
  const plan = buildPlan('begin -> said -> slow -> never\nbegin -> other', { steps: { said: { answer: 'so far' } } });
  const run = runInMemory(
    plan,
    { slow: never(), other: failsFirst(9, returns({})) },
    { cancel: { when: (event) => event.type === 'step.started' && event.stepKey === 'slow', reason: 'enough' } },
  );

  it('gives up what is under way and keeps what was said', () => {
    const retrying = buildPlan('begin -> said -> slow\nbegin -> other', {
      steps: { said: { answer: 'so far' }, other: { retry: { maxRetries: 5, intervalMs: 1000 } } },
    });
    const stopped = runInMemory(
      retrying,
      { slow: never(), other: fails() },
      { cancel: { when: (event) => event.type === 'step.started' && event.stepKey === 'slow', reason: 'enough' } },
    );
    expect(stopped.outcome).toMatchObject({ status: 'stopped', reason: 'enough', outputs: { answer: 'so far' } });
    expect(stopped.story().slice(-3)).toEqual(['slow stopped', 'other stopped', 'run finished']);
    expect(stopped.effects.slice(-2)).toEqual([
      { type: 'cancel', key: 'slow#1' },
      { type: 'cancel', key: 'other#2' },
    ]);
  });

  it('comes too late after the outcome', () => {
    expect(run.outcome?.status).toBe('failed');
    expect(advance(plan, run.state, { type: 'cancel.requested', at: 99, reason: 'late' })).toEqual({
      state: run.state,
      effects: [],
      events: [],
    });
  });
});

describe('the limits of a run', () => {
  it('B65 B79, row 55: stop it when a step ends after more steps have started than may', () => {
    const run = runInMemory(buildPlan('a -> b -> c'), {}, { limits: { ...limits, maxSteps: 1 } });
    expect(run.outcome).toMatchObject({ status: 'stopped', reason: 'Maximum execution steps exceeded: 2 > 1' });
    expect(run.started('c')).toEqual([]);
  });

  it('B65, row 55: stop it when a step ends after the time it may take', () => {
    const run = runInMemory(
      buildPlan('a -> b -> c\na -> d', { steps: { b: { answer: 'partly' } } }),
      { b: lasting(70_000, returns({ answer: 'partly' })), d: never() },
      { limits },
    );
    expect(run.outcome).toMatchObject({
      status: 'stopped',
      reason: 'Maximum execution time exceeded',
      outputs: { answer: 'partly' },
    });
    expect(run.story().slice(-3)).toEqual(['b succeeded', 'd stopped', 'run finished']);
  });

  it('let a run end that used exactly what it may', () => {
    const run = runInMemory(buildPlan('a -> b -> c'), {}, { limits: { ...limits, maxSteps: 3 } });
    expect(run.outcome?.status).toBe('succeeded');
  });
});

describe('a branching step', () => {
  it('ends a path by an exit that leads nowhere', () => {
    const run = runInMemory(buildPlan('begin -> if:true -> a'), { if: takes('false') });
    expect(run.skipped('a')).toBe(true);
    expect(run.outcome?.status).toBe('succeeded');
  });

  it('fails when it chooses no exit', () => {
    const run = runInMemory(buildPlan('begin -> if:true -> a'), { if: returns({ result: true }) });
    expect(run.outcome).toMatchObject({ status: 'failed', failure: { code: 'step.noExit', stepKey: 'if' } });
  });
});

describe('a long run', () => {
  const chain = (length: number) => buildPlan(Array.from({ length }, (_, i) => `s${i}`).join(' -> '));
  const wide = (width: number) =>
    buildPlan(Array.from({ length: width }, (_, i) => `begin -> s${i} -> join`).join('\n'));
  const big = { isLarge: true, limits: { maxSteps: 1_000_000, maxDurationMs: 1e9 } };

  it('changes a few small records in a turn and shares all others with the state before', () => {
    const plan = chain(3_000);
    const { messages, input } = runInMemory(plan, {}, big);
    let before = start(plan, input).state;
    for (const message of messages.slice(0, 2_000)) before = advance(plan, before, message).state;
    const after = advance(plan, before, messages[2_000] as Message).state;
    const records = (table: unknown): unknown[] => (Array.isArray(table) ? table.flatMap(records) : [table]);
    const fresh = (of: (state: RunState) => unknown) =>
      records(of(after)).filter((record) => !records(of(before)).includes(record));
    expect(records(after.steps).length).toBeGreaterThan(100);
    expect(fresh((state) => state.steps).length).toBeLessThanOrEqual(2);
    expect(fresh((state) => state.pool)).toHaveLength(1);
    expect(fresh((state) => state.joins)).toEqual([]);
  });

  it('joins a thousand branches once', () => {
    const plan = wide(1_000);
    const run = runInMemory(plan, {}, big);
    expect(run.started('join')).toHaveLength(1);
    expect(run.outcome?.steps).toBe(1_002);
  });

  it('skips a dead branch of ten thousand steps without running out of stack', () => {
    const tail = Array.from({ length: 10_000 }, (_, i) => `s${i}`).join(' -> ');
    const run = runInMemory(buildPlan(`if:true -> a\nif:false -> ${tail}`), { if: takes('true') }, big);
    expect(run.skipped('s9999')).toBe(true);
    expect(resolve(run.state.pool, ['s0', 'x'])).toBeUndefined();
  });

  it('takes ten thousand known results in one turn', () => {
    const plan = chain(10_000);
    const settled = Object.fromEntries(plan.steps.map(({ id }) => [id, { ok: true as const, outputs: {} }]));
    expect(runInMemory(plan, {}, { ...big, settled }).outcome?.steps).toBe(10_000);
  });
});
