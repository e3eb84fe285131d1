import type { RunEvent } from '@tenon/engine';
import { Recorder } from './recorder.js';

const event = (seq: number, text = ''): RunEvent => ({ seq, at: 0, type: 'step.skipped', stepKey: text });
const seqs = (events: readonly RunEvent[]) => events.map(({ seq }) => seq);

it('events travel once, in order', () => {
  const recorder = new Recorder();
  recorder.push([event(1), event(2)]);
  expect(seqs(recorder.take().events)).toEqual([1, 2]);
  expect(recorder.isBehind).toBe(false);
  expect(recorder.take().events).toEqual([]);
});

it('what no carrier has acknowledged waits again, in order, with what came since', () => {
  const recorder = new Recorder();
  recorder.push([event(1)]);
  const first = recorder.take();
  recorder.push([event(2)]);
  const second = recorder.take();
  recorder.push([event(3)]);
  recorder.acknowledge(second);
  recorder.recall();
  expect(seqs(recorder.take().events)).toEqual([1, 3]);
  recorder.acknowledge(first);
  recorder.recall();
  expect(recorder.isBehind).toBe(true);
});

it('a batch is no larger than one call may be, and one large event travels alone', () => {
  const recorder = new Recorder();
  recorder.push([event(1, 'x'.repeat(300_000)), event(2, 'x'.repeat(300_000)), event(3, 'x'.repeat(900_000))]);
  expect(seqs(recorder.take().events)).toEqual([1]);
  expect(seqs(recorder.take().events)).toEqual([2]);
  expect(seqs(recorder.take().events)).toEqual([3]);
});
