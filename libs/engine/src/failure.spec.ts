import { buildPlan, fails, failsFirst, returns, runInMemory, takes } from './testing/index.js';

const retry = { maxRetries: 3, intervalMs: 100 };

describe('a step that fails', () => {
  it('fails the run when nothing else was asked for', () => {
    const run = runInMemory(buildPlan('begin -> a -> b'), { a: fails({ message: 'No luck.' }) });
    expect(run.outcome).toMatchObject({
      status: 'failed',
      exceptions: 1,
      failure: { stepKey: 'a', code: 'test.failed', message: 'No luck.' },
    });
    expect(run.started('b')).toEqual([]);
  });

  it('row 57: is tried again as often as its author allows, in one start', () => {
    const plan = buildPlan('begin -> a -> b', { steps: { a: { retry } } });
    const run = runInMemory(plan, { a: failsFirst(2, returns({ x: 1 })) });
    expect(run.story()).toEqual([
      'run started',
      'begin started',
      'begin succeeded',
      'a started',
      'a retrying',
      'a retrying',
      'a succeeded',
      'b started',
      'b succeeded',
      'run finished',
    ]);
    expect(run.events.filter(({ type }) => type === 'step.retrying')).toMatchObject([
      { attempt: 1, retry: 1, delayMs: 100 },
      { attempt: 2, retry: 2, delayMs: 100 },
    ]);
    expect(run.outcome).toMatchObject({ status: 'partiallySucceeded', exceptions: 2, steps: 3 });
  });

  it('fails for good when its tries are used up', () => {
    const run = runInMemory(buildPlan('a', { steps: { a: { retry } } }), { a: fails() });
    expect(run.effects.filter(({ type }) => type === 'perform')).toHaveLength(4);
    expect(run.outcome).toMatchObject({ status: 'failed', exceptions: 4, steps: 1 });
    expect(run.events.at(-2)).toMatchObject({ type: 'step.failed', attempt: 4 });
  });

  describe('whose other side asks for time', () => {
    const instruction = {
      kind: 'activity',
      run: 'x@1',
      config: {},
      reads: [],
      weight: 'long',
      timeoutMs: 5_000,
    } as const;
    const plan = buildPlan('a -> good\na:fail-branch -> bad', { steps: { a: { retry, instruction } } });
    const limits = { maxSteps: 9, maxDurationMs: 60_000, boundsWaits: true } as const;
    const askFor = (...waits: readonly number[]) =>
      runInMemory(
        plan,
        {
          a: (effect, emit) => {
            const retryAfterMs = waits[effect.attempt - 1];
            return retryAfterMs === undefined ? returns({})(effect, emit) : fails({ retryAfterMs })(effect, emit);
          },
        },
        { limits },
      );
    const delaysOf = (run: ReturnType<typeof askFor>) =>
      run.effects.flatMap((effect) => (effect.type === 'startTimer' ? [effect.delayMs] : []));

    it('M1 waits for as long, and at least as long as its author wants', () => {
      expect(delaysOf(askFor(10, 2_000))).toEqual([100, 2_000]);
    });

    it('M1 waits no longer than the step may take, all tries together, and then takes its failure exit', () => {
      const run = askFor(2_000, 50, 3_000);
      expect([delaysOf(run), run.skipped('bad')]).toEqual([[2_000, 100, 3_000], true]);
      const longer = askFor(2_000, 50, 3_001);
      expect([delaysOf(longer), longer.skipped('good')]).toEqual([[2_000, 100], true]);
      const once = askFor(86_400_000);
      expect([delaysOf(once), once.skipped('good'), once.outcome?.exceptions]).toEqual([[], true, 1]);
    });

    it('M1 waits as before in a run that began before waits were bounded', () => {
      const { boundsWaits: _none, ...earlier } = limits;
      const run = runInMemory(plan, { a: fails({ retryAfterMs: 50_000 }) }, { limits: earlier });
      expect([delaysOf(run), run.skipped('good')]).toEqual([[50_000, 50_000, 50_000], true]);
    });

    it('M1 does not count the time that its author wants', () => {
      const patient = { retry: { maxRetries: 3, intervalMs: 4_000 }, instruction };
      const run = runInMemory(
        buildPlan('a', { steps: { a: patient } }),
        { a: fails({ retryAfterMs: 10 }) },
        { limits },
      );
      expect(delaysOf(run)).toEqual([4_000, 4_000, 4_000]);
    });
  });

  it('reads the pool anew for each try', () => {
    const plan = buildPlan('begin -> a\nbegin -> b', { steps: { a: { retry, reads: ['b.x'] } } });
    const run = runInMemory(plan, { a: failsFirst(1, returns({})), b: returns({ x: 1 }) });
    expect(run.effects.filter((effect) => effect.key.startsWith('a#'))).toMatchObject([
      { inputs: {} },
      { type: 'startTimer' },
      { inputs: { 'b.x': 1 } },
    ]);
  });

  //  a ─source──────► good
  //   └─fail-branch─► bad
  const exits = buildPlan('begin -> a -> good\na:fail-branch -> bad', {
    steps: {
      a: { retry: { maxRetries: 1, intervalMs: 1 } },
      bad: { end: { why: 'a.error_message', type: 'a.error_type', x: 'a.x' } },
    },
  });

  it('row 56: takes its failure exit after its tries, with the reason as its outputs', () => {
    const run = runInMemory(exits, { a: fails({ message: 'No luck.', type: 'LuckError' }, { x: 1 }) });
    expect(run.skipped('good')).toBe(true);
    expect(run.outcome).toMatchObject({
      status: 'partiallySucceeded',
      exceptions: 2,
      outputs: { why: 'No luck.', type: 'LuckError', x: null },
    });
    expect(run.events.find(({ type }) => type === 'step.handled')).toMatchObject({
      exit: 'fail-branch',
      attempt: 2,
      outputs: { error_message: 'No luck.', error_type: 'LuckError' },
      failure: { type: 'LuckError' },
    });
  });

  it('row 56: skips the failure exit when it succeeds', () => {
    const run = runInMemory(exits, { a: returns({ x: 1 }) });
    expect([run.skipped('bad'), run.started('good').length]).toEqual([true, 1]);
    expect(run.outcome?.status).toBe('succeeded');
  });

  it('goes on by its ordinary exit when its plan says that it branches, but only for its failure', () => {
    const plan = buildPlan('a -> good\na:fail-branch -> bad', { steps: { a: { branching: true } } });
    const run = runInMemory(plan, { a: returns({}) });
    expect([run.started('good').length, run.skipped('bad'), run.outcome?.status]).toEqual([1, true, 'succeeded']);
  });

  it('goes on with the default outputs of its author', () => {
    const plan = buildPlan('begin -> a -> end', {
      steps: {
        a: { onFailure: { then: 'default', outputs: { text: 'sorry', n: 0 } } },
        end: { end: { text: 'a.text', why: 'a.error_message', gone: 'a.gone' } },
      },
    });
    const run = runInMemory(plan, { a: fails({ message: 'No luck.' }, { gone: 1 }) });
    expect(run.outcome).toMatchObject({
      status: 'partiallySucceeded',
      outputs: { text: 'sorry', why: 'No luck.', gone: null },
    });
  });

  it('may branch and have a failure exit', () => {
    const plan = buildPlan('if:x -> a\nif:y -> b\nif:fail-branch -> c');
    const run = runInMemory(plan, { if: fails() });
    expect([run.skipped('a'), run.skipped('b'), run.started('c').length]).toEqual([true, true, 1]);
    expect(runInMemory(plan, { if: takes('y') }).skipped('c')).toBe(true);
  });
});

describe('usage', () => {
  it('is summed over steps and over tries that failed', () => {
    const usage = { promptTokens: 10, completionTokens: 5, totalTokens: 15 };
    const plan = buildPlan('begin -> a -> b', { steps: { a: { retry } } });
    const run = runInMemory(plan, {
      a: ({ attempt }) =>
        attempt === 1
          ? { ok: false, failure: { code: 'a.b', type: 'A', message: 'No.' }, usage }
          : { ok: true, outputs: {}, usage },
      b: returns({}, usage),
    });
    expect(run.outcome?.usage).toEqual({ promptTokens: 30, completionTokens: 15, totalTokens: 45 });
    expect(run.events.filter((event) => 'usage' in event)).toHaveLength(2);
  });
});
