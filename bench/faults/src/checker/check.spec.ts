import { check } from './check.js';
import type { AcceptedRun, Frame, Recording, Sample, SeenCall } from './recording.js';

const frame = (seq: number, type: string, stepKey?: string, connection = 1): Frame => ({
  ...{ kind: 'event', connection, at: seq * 100, seq, type },
  ...(stepKey && { stepKey }),
});
const text = (offset: number, value: string, connection = 1): Frame => ({
  ...{ kind: 'reply', connection, at: 0, offset, text: value },
});
const ALL = [
  frame(1, 'run.started'),
  frame(2, 'step.started', 'ask'),
  frame(3, 'step.succeeded', 'ask'),
  frame(4, 'run.finished'),
];

const run: AcceptedRun = {
  ...{ id: 'run', name: 'chat 1', acceptedAt: 0, expected: { states: ['succeeded'], result: 'hello' } },
  end: {
    state: 'succeeded',
    result: 'hello',
    answer: 'hello',
    unfinishedSteps: [],
    succeededSteps: ['ask'],
    begunSteps: ['ask'],
    executions: ['ask', 'next'].map((stepKey) => ({
      ...{ stepKey, attempt: 1, execution: 1, outcome: null, startedAt: 240 },
    })),
  },
};
const call = (at: number, more: Partial<SeenCall> = {}): SeenCall => ({
  ...{ key: 'run/ask', server: 'model', at, state: 'answered', endedAt: at + 10 },
  ...more,
});
const sample = (at: number, state: Sample['state'], isTroubled = false): Sample => ({
  ...{ at, runId: 'run', source: 'list', state, isTroubled },
});

/** A run that nothing happened to. */
const calm: Recording = {
  runs: [run],
  listedIds: ['run'],
  streams: [{ runId: 'run', frames: ALL, completed: true }],
  calls: [call(250)],
  samples: [sample(0, 'queued'), sample(100, 'running'), sample(500, 'succeeded')],
  faults: [],
  owners: [{ from: 0 }],
  stops: [],
};
const found = (change: Partial<Recording>, bounds = {}) =>
  check({ ...calm, ...change }, bounds).map(({ promise, kind }) => `${promise} ${kind}`);
const withEnd = (end: Partial<NonNullable<AcceptedRun['end']>>, expected = run.expected) => ({
  runs: [{ ...run, expected, end: { ...(run.end as NonNullable<AcceptedRun['end']>), ...end } }],
});

it('finds nothing where nothing happened', () => {
  expect(found({})).toEqual([]);
});

describe('P1 what is accepted ends', () => {
  const { end: _, ...unknown } = run;
  it.each([
    ['is not known in the end', { runs: [unknown] }, 'P1 lost'],
    ['is not listed', { listedIds: [] }, 'P1 lost'],
    ['does not end', withEnd({ state: 'running' }), 'P1 lost'],
    ['fails', withEnd({ state: 'failed' }), 'P1 wrongResult'],
    [
      'fails for another reason',
      withEnd({ state: 'failed', failureCode: 'b' }, { states: ['failed'], failureCode: 'a' }),
      'P1 wrongResult',
    ],
    ['gives something else', withEnd({ result: 'hell' }), 'P1 wrongResult'],
    ['succeeds with a step under way', withEnd({ unfinishedSteps: ['ask'] }), 'P1 wrongResult'],
    ['forgets a step that was shown', withEnd({ succeededSteps: [] }), 'P1 lost'],
    ['is there twice', { listedIds: ['run', 'other'] }, 'P1 doubled'],
  ])('a run that %s', (_name, change: Partial<Recording>, violation) => {
    expect(found(change)).toEqual([violation]);
  });
});

describe('P2 what is shown is true', () => {
  it('a run is shown as running for long while nobody is there', () => {
    const owners = [{ from: 0, to: 1_000 }, { from: 60_000 }];
    const samples = [sample(500, 'running'), sample(32_000, 'running'), sample(61_000, 'succeeded')];
    const calls = [call(250, { endedAt: 60_000 })];
    expect(found({ owners, samples, calls })).toEqual(['P2 unowned']);
    expect(found({ owners, samples: [sample(500, 'running'), sample(30_000, 'running')], calls })).toEqual([]);
    expect(found({ owners, samples: [sample(32_000, 'running', true)], calls })).toEqual([]);
    expect(found({ owners: [{ from: 0, to: 1_000 }, { from: 900 }], samples, calls })).toEqual([]);
  });

  it('a run is shown as running for long while nothing of it moves', () => {
    const stuck = [sample(500, 'running'), sample(32_000, 'running')];
    const streams = (type: string) => [
      { runId: 'run', frames: [frame(1, 'run.started'), frame(2, type, 'ask')], completed: true },
    ];
    const seen = { samples: stuck, streams: streams('step.started') };
    expect(found(seen)).toContain('P2 unowned');
    expect(found({ ...seen, samples: [sample(30_000, 'running')] })).not.toContain('P2 unowned');
    expect(found({ ...seen, samples: [sample(32_000, 'running', true)] })).not.toContain('P2 unowned');
    expect(found({ ...seen, calls: [call(250, { endedAt: 20_000 })] })).not.toContain('P2 unowned');
    const { endedAt: _, ...open } = call(250);
    expect(found({ ...seen, calls: [open] })).not.toContain('P2 unowned');
    expect(found({ ...seen, streams: streams('step.retrying') })).not.toContain('P2 unowned');
    const away = { name: 'postgres killed', at: 900, until: 3_000, losesWork: true };
    expect(found({ ...seen, faults: [away] })).not.toContain('P2 unowned');
  });

  it('a run that has ended is shown as something else', () => {
    expect(found({ samples: [sample(0, 'succeeded'), sample(100, 'running')] })).toEqual(['P2 state']);
    expect(found({ samples: [sample(0, 'succeeded'), sample(100, 'failed')] })).toEqual(['P2 state']);
  });

  it('a run that has started is shown as queued', () => {
    const samples = [sample(0, 'running'), sample(100, 'queued')];
    expect(found({ samples })).toEqual(['P2 state']);
    expect(found({ samples }, { queuesAgain: true })).toEqual([]);
    expect(found({ samples: [sample(0, 'waiting'), sample(100, 'running'), sample(200, 'waiting')] })).toEqual([]);
  });
});

describe('P3 what is finished is not done again', () => {
  const kill = { name: 'worker killed', at: 255, until: 270, losesWork: true };
  it('a call is repeated though nothing happened', () => {
    expect(found({ calls: [call(210), call(220)] })).toEqual(['P3 repeated']);
  });

  it('a call is repeated once for each fault that hit it', () => {
    expect(found({ calls: [call(250), call(280)], faults: [kill] })).toEqual([]);
    expect(found({ calls: [call(250), call(280), call(290)], faults: [kill] })).toEqual(['P3 repeated']);
    expect(found({ calls: [call(20_000), call(20_010)], faults: [kill], streams: [] })).toEqual(['P3 repeated']);
    expect(found({ calls: [call(250), call(280)], faults: [{ ...kill, losesWork: false }] })).toEqual(['P3 repeated']);
  });

  it.each(['none', 'run', 'run/other', 'other/ask', '/ask'])('a call cannot be told apart by its key: %s', (key) => {
    expect(found({ calls: [call(250), call(260, { key })] })).toEqual(['P3 repeated']);
  });

  it('a step that was seen to be finished is called again, whatever happened', () => {
    expect(found({ calls: [call(250), call(320)], faults: [{ ...kill, until: 330 }] })).toEqual(['P3 repeated']);
  });

  it('a step that is recorded as finished is called again', () => {
    const first = { stepKey: 'ask', attempt: 1, execution: 1, outcome: 'succeeded', startedAt: 240, finishedAt: 260 };
    const second = { ...first, execution: 2, outcome: null, startedAt: 275 };
    const executions = [first, second];
    const change = { calls: [call(250), call(280)], faults: [kill], streams: [] };
    expect(found({ ...change, ...withEnd({ executions }) })).toEqual(['P3 repeated']);
    // two executions at once, of which one is first, are what a lost worker comes to
    const atOnce = [first, { ...second, startedAt: 259 }];
    expect(found({ ...change, ...withEnd({ executions: atOnce }) })).toEqual([]);
    const later = { ...change, calls: [call(250), call(1_280)], faults: [{ ...kill, until: 300 }] };
    expect(found({ ...later, ...withEnd({ executions: atOnce }) })).toEqual(['P3 repeated']);
  });

  it('an effect has more calls than a case allows', () => {
    const calls = [call(250), call(260)];
    expect(found({ calls, faults: [{ ...kill, at: 251 }] }, { maxCallsPerKey: 1 })).toEqual(['P3 repeated']);
  });
});

describe('P4 followers miss nothing and see nothing twice', () => {
  const seen = (frames: readonly Frame[], completed = true) =>
    found({ streams: [{ runId: 'run', frames, completed }] });
  const [started, asked, told, finished] = ALL as [Frame, Frame, Frame, Frame];
  it('an event is missing, comes again, or the end does not come', () => {
    expect(seen([started, told, finished])).toEqual(['P4 stream']);
    expect(seen([started, asked, told, told, finished])).toEqual(['P4 stream']);
    expect(seen([started, asked, told])).toEqual(['P4 stream']);
    expect(seen(ALL, false)).toEqual(['P4 stream']);
  });

  it('text is missing, glued, or not what is stored', () => {
    expect(seen([text(0, 'hel'), text(3, 'lo'), ...ALL])).toEqual([]);
    expect(seen([text(0, 'hel'), text(0, 'hello', 2), ...ALL])).toEqual([]);
    expect(seen([text(0, 'hel'), text(4, 'o'), ...ALL])).toEqual(['P4 stream']);
    expect(seen([text(0, 'hel'), text(3, 'hello'), ...ALL])).toEqual(['P4 stream']);
    expect(seen([text(0, 'hel'), ...ALL])).toEqual(['P4 stream']);
  });
});

describe('P5 stop stops', () => {
  const stopped = withEnd({ state: 'stopped' }).runs.map((one) => ({
    ...one,
    expected: { states: ['stopped' as const] },
  }));
  const stops = [{ runId: 'run', acknowledgedAt: 300 }];
  const open = call(250, { state: 'aborted', endedAt: 1_000 });
  const toldAt = (type: string, at: number) => {
    const frames = ALL.map((one) => (one.kind === 'event' && one.type === type ? { ...one, at } : one));
    return { streams: [{ runId: 'run', frames, completed: true }] };
  };
  it('is in order when the call is broken off and nothing begins', () => {
    expect(found({ runs: stopped, stops, calls: [open], samples: [] })).toEqual([]);
  });

  it.each([
    ['an open call goes on', { calls: [{ ...open, endedAt: 2_400 }] }],
    ['a new call begins', { calls: [open, call(1_400, { key: 'run/next' })] }],
    ['a new step begins', toldAt('step.started', 1_400)],
    ['the run ends late', toldAt('run.finished', 5_400)],
  ])('%s', (_name, change: Partial<Recording>) => {
    expect(found({ runs: stopped, stops, calls: [open], samples: [], ...change })).toEqual(['P5 stop']);
  });

  it('the run succeeds although it was stopped', () => {
    expect(found({ stops, calls: [open] })).toEqual(['P5 stop']);
  });

  it('takes longer where a fault came between', () => {
    const faults = [{ name: 'worker killed', at: 310, until: 2_000, losesWork: true }];
    expect(found({ runs: stopped, stops, calls: [{ ...open, endedAt: 9_000 }], samples: [], faults })).toEqual([]);
    const harmless = faults.map((fault) => ({ ...fault, losesWork: false }));
    const late = { runs: stopped, stops, calls: [{ ...open, endedAt: 9_000 }], samples: [], faults: harmless };
    expect(found(late)).toEqual(['P5 stop']);
  });
});
