import type { StepRow } from './run-steps.js';
import { timelineBars } from './timeline-bars.js';

const at = (second: number) => new Date(second * 1_000).toISOString();
type Attempt = StepRow['attempts'][number];

/** A step that began at the first second. */
function stepOf(attempts: readonly Attempt[], finishedAt: string | null): StepRow {
  const named = { key: 'ask', nodeId: 'ask', type: 'llm', title: 'Ask', exit: null, failure: null, usage: null };
  const status = finishedAt ? 'SUCCEEDED' : 'RUNNING';
  return { ...named, status, startedAt: at(0), finishedAt, attempts, isRecovering: false } as StepRow;
}

it('an execution that was lost ends where the next begins, and one that fails or goes on is not lost', () => {
  const lost: Attempt = { attempt: 1, startedAt: at(0), finishedAt: null, outcome: null };
  const failed: Attempt = { attempt: 1, startedAt: at(4), finishedAt: at(6), outcome: 'FAILED' };
  const [bar] = timelineBars(
    [stepOf([lost, failed, { attempt: 1, startedAt: at(6), finishedAt: null, outcome: null }], null)],
    8_000,
  );
  expect(bar).toMatchObject({ ms: 8_000, from: 0, length: 1 });
  expect(bar?.executions).toEqual([
    { from: 0, length: 0.5, isLost: true },
    { from: 0.5, length: 0.25, isLost: false },
    { from: 0.75, length: 0.25, isLost: false },
  ]);
});
