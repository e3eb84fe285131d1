import type { Frame } from '../checker/recording.js';
import { isBackWithin, progressAfter } from './moments.js';
import { judge } from './recovery.js';

const event = (at: number, type = 'step.started'): Frame => ({ kind: 'event', connection: 1, at, seq: at, type });
const stream = (...frames: Frame[]) => ({ runId: 'run', frames, completed: true });

it('the way back is that of every run that had not ended, also of one that never went on', () => {
  const streams = [
    stream(event(50), event(130), event(150, 'run.finished')),
    stream(event(50)),
    stream(event(60, 'run.finished')),
    stream(event(50), { kind: 'reply', connection: 1, at: 110, offset: 0, text: 'a' }, event(140)),
  ];
  expect(progressAfter({ streams, stops: [] }, 100)).toEqual([30, Infinity, 40]);
  expect(progressAfter({ streams, stops: [] }, 100, () => true)).toEqual([30, Infinity, 10]);
  expect(progressAfter({ streams, stops: [{ runId: 'run', acknowledgedAt: 99 }] }, 100)).toEqual([]);
});

it('what was not measured or did not go on is within no time', () => {
  expect(isBackWithin(50, [])).toBe(false);
  expect(isBackWithin(50, [50, Infinity])).toBe(false);
  expect(isBackWithin(50, [51])).toBe(false);
  expect(isBackWithin(50, [50, 1])).toBe(true);
});

it.each([
  ['no times', [], ['p50 of the way back is NaN ms, over 10 ms']],
  ['one of many that did not go on', [1, 2, 3, Infinity], ['1 did not go on']],
  ['too slow ones', [11, 12], ['p50 of the way back is 11 ms, over 10 ms']],
  ['fast ones', [1, 10, 99], []],
])('a budget is broken or kept by %s', (_, recoveryMs, texts) => {
  expect(judge({ p50Ms: 10 }, recoveryMs).map(({ text }) => text)).toEqual(texts);
});
