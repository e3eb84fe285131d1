import type { RunSummary } from '../api/runs.js';
import { describeInstant } from './quantity.js';
import { runTable } from './run-table.js';

const at = '2026-03-01T12:00:00.000Z';
const run = (change: Partial<RunSummary>): RunSummary => ({
  ...{
    id: 'r1',
    requestId: null,
    app: { id: 'a', name: 'Chatbot' },
    status: 'succeeded',
    query: 'hello',
    needsAttention: null,
  },
  ...{ failure: null, usage: null, createdAt: at, startedAt: at, finishedAt: at, durationMs: 4_200 },
  ...change,
});

it('a table of runs says why one cannot go on or failed, else what was asked', () => {
  const open = { finishedAt: null, durationMs: null };
  const needsAttention = { reason: 'No worker is there to carry the run on; it goes on when one starts.' };
  const lines = runTable([
    run({}),
    run({ id: 'r2', status: 'failed', failure: { message: 'The model does not answer.' } }),
    run({ id: 'r3', status: 'running', ...open, needsAttention }),
    run({ id: 'r4', status: 'queued', ...open, startedAt: null, query: null, needsAttention: { reason: 'A bug.' } }),
  ]);
  const started = describeInstant(at);
  expect(lines.map((line) => line.replace(started, 'AT').split(/ {2,}/))).toEqual([
    ['RUN', 'STATUS', 'STARTED', 'TOOK', 'APP'],
    ['r1', 'succeeded', 'AT', '4.2 s', 'Chatbot', 'hello'],
    ['r2', 'failed', 'AT', '4.2 s', 'Chatbot', 'The model does not answer.'],
    ['r3', 'running', 'AT', 'Chatbot', 'No worker is there to carry the run on; it goes on when one…'],
    ['r4', 'queued', 'AT', 'Chatbot', 'A bug.'],
  ]);
});
