import { troubles } from '@tenon/platform';
import { examineWork } from './run-health.js';

const runs = { queued: 1, underWay: 3, needAttention: 0, workers: 2 };

describe('examineWork', () => {
  it('counts what waits and what is under way', () => {
    expect(examineWork(runs)).toEqual([
      { level: 'ok', what: 'workers', state: '2' },
      { level: 'ok', what: 'runs', state: '1 waiting, 3 under way' },
    ]);
  });

  it('warns of runs that cannot go on, and says where to see why', () => {
    expect(examineWork({ ...runs, needAttention: 2 })[1]).toEqual({
      level: 'trouble',
      trouble: 'runsStuck',
      what: 'runs',
      state: '1 waiting, 3 under way, 2 of which cannot go on',
      advice: troubles.runsStuck.remedy,
    });
  });

  it('speaks of the worker that is missing and not of each run that waits for it', () => {
    expect(examineWork({ ...runs, needAttention: 3, workers: 0 })).toEqual([
      expect.objectContaining({ level: 'trouble', trouble: 'processDies', what: 'workers' }),
      { level: 'ok', what: 'runs', state: '1 waiting, 3 under way' },
    ]);
  });
});
