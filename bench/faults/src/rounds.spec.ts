import type { AcceptedRun, Frame } from './checker/recording.js';
import { isUnderWay, QUICK_SEEDS, roundOf } from './rounds.js';

it('the rounds of the short form hit what carries runs, takes them, and keeps track of them', () => {
  const hit = QUICK_SEEDS.map(roundOf).map(({ target, fault }) => `${target} ${fault}`);
  expect(hit).toEqual(['api K', 'temporal K', 'worker K']);
});

it('a fault hits something only where a run was accepted before and ended after it', () => {
  const run: AcceptedRun = { id: 'run', name: 'chat 1', acceptedAt: 100, expected: { states: ['succeeded'] } };
  const finished: Frame = { kind: 'event', connection: 1, at: 200, seq: 1, type: 'run.finished' };
  const streams = [{ runId: 'run', frames: [finished], completed: true }];
  expect([99, 100, 199, 200].map((at) => isUnderWay({ runs: [run], streams }, at))).toEqual([false, true, true, false]);
});
