import type { HealthReport } from '../api/health.js';
import { healthParts, levelOf } from './health-parts.js';

const WELL: HealthReport = {
  status: 'ok',
  workflowServer: { state: 'up', since: null },
  runs: { queued: 2, underWay: 3, workers: 1 },
  disk: { freeBytes: 5e9, warning: null },
};
const words = { bytes: (bytes: number) => `${bytes / 1e9} GB`, instant: (at: string) => `at ${at}` };
const partsOf = (report: HealthReport) => healthParts(report, words);
const troubles = (report: HealthReport) =>
  partsOf(report).flatMap(({ level, text, values }) => (level === 'good' ? [] : [[level, text, values]]));

it('is well when all is', () => {
  expect(troubles(WELL)).toEqual([]);
  expect(levelOf(partsOf(WELL))).toBe('good');
});

it.each<[string, Partial<HealthReport>, readonly unknown[]]>([
  [
    'a workflow server that is away',
    { workflowServer: { state: 'away', since: '9:00' } },
    ['bad', 'health.noServer', { since: 'at 9:00' }],
  ],
  [
    'no worker',
    { runs: { queued: 2, underWay: 3, workers: 0 } },
    ['bad', 'health.noWorkers', { queued: 2, underWay: 3, workers: 0 }],
  ],
  [
    'a disk that is full',
    { disk: { freeBytes: 5e8, warning: 'Only 500 MB are free.' } },
    ['warning', 'health.free', { free: '0.5 GB' }],
  ],
  [
    'a disk that hangs',
    { disk: { freeBytes: null, warning: 'The disk has not answered.' } },
    ['warning', 'health.diskTrouble', undefined],
  ],
])('tells of %s', (_what, change, expected) => {
  expect(troubles({ ...WELL, ...change })).toEqual([expected]);
});

it('says what it knows while nobody can be known, and since when with a reason to members', () => {
  expect(troubles({ status: 'unavailable' })).toEqual([['bad', 'health.noRuns', undefined]]);
  const told: HealthReport = { status: 'unavailable', since: '9:00', reason: 'The disk is full.' };
  expect(partsOf(told)).toEqual([
    {
      ...{ name: 'health.database', level: 'bad', text: 'health.noDatabase' },
      ...{ values: { since: 'at 9:00' }, detail: 'The disk is full.' },
    },
  ]);
  expect(levelOf([...partsOf(told), ...partsOf(WELL)])).toBe('bad');
});
