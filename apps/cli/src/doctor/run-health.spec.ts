import { examineRuns } from './run-health.js';

const runs = { queued: 1, underWay: 3, needAttention: 0, workers: 2 };

describe('examineRuns', () => {
  it('counts what waits and what is under way', () => {
    expect(examineRuns(runs)).toEqual([
      { level: 'ok', what: 'workers', state: '2' },
      { level: 'ok', what: 'runs', state: '1 waiting, 3 under way' },
    ]);
  });

  it('warns of runs that cannot go on, and says where to see why', () => {
    expect(examineRuns({ ...runs, needAttention: 2 })[1]).toEqual({
      level: 'warning',
      what: 'runs',
      state: '1 waiting, 3 under way, 2 of which cannot go on',
      advice: 'See "tenon runs --status queued,running" and "tenon show" for why.',
    });
  });

  it('speaks of the worker that is missing and not of each run that waits for it', () => {
    expect(examineRuns({ ...runs, needAttention: 3, workers: 0 })).toEqual([
      expect.objectContaining({ level: 'trouble', what: 'workers', state: 'none' }),
      { level: 'ok', what: 'runs', state: '1 waiting, 3 under way' },
    ]);
  });
});
