import type { EventUpdate } from '../api/follow-run.js';
import { RunProgress } from './run-progress.js';

const nodes = new Map([
  ['llm', { type: 'llm', title: 'Classify' }],
  ['route', { type: 'if-else', title: 'Which class?' }],
]);
const START_MS = Date.parse('2026-03-01T12:00:00Z');

let seq = 0;
const event = (
  atMs: number,
  type: string,
  stepKey: string | null,
  payload: EventUpdate['payload'] = {},
): EventUpdate => ({
  kind: 'event',
  seq: ++seq,
  at: new Date(START_MS + atMs).toISOString(),
  type,
  stepKey,
  payload,
});
const open = () => new RunProgress({ nodes }, (_, text) => text);
const failure = { code: 'model.limited', type: 'X', message: 'Too many requests.' };

describe('RunProgress', () => {
  it('gives a step a line when it ends: its way, how long it took and its tokens', () => {
    const progress = open();
    expect(progress.take(event(0, 'run.started', null))).toEqual([]);
    expect(progress.take(event(0, 'step.started', 'llm'))).toEqual([]);
    const usage = { promptTokens: 3, completionTokens: 1, totalTokens: 4 };
    expect(progress.take(event(1_234, 'step.succeeded', 'llm', { exit: 'source', usage }))).toEqual([
      '✓ Classify  1.2 s · 4 tokens',
    ]);
    progress.take(event(1_234, 'step.started', 'route'));
    expect(progress.take(event(1_235, 'step.succeeded', 'route', { exit: 'chat' }))).toEqual([
      '✓ Which class?  → chat  1 ms',
    ]);
  });

  it('tells of tries that failed, of failures that were handled, and of the failure that ends the run', () => {
    const progress = open();
    progress.take(event(0, 'step.started', 'llm'));
    expect(
      progress.take(event(100, 'step.retrying', 'llm', { attempt: 1, retry: 1, delayMs: 2_000, failure })),
    ).toEqual(['↻ Classify  try 1 failed, next in 2.0 s: Too many requests.']);
    expect(progress.liveLines(80)).toEqual([expect.stringMatching(/Classify .* try 1 failed, next in 2\.0 s$/)]);
    expect(progress.take(event(3_000, 'step.failed', 'llm', { attempt: 2, failure }))).toEqual([
      '✗ Classify  3.0 s  Too many requests.',
    ]);
    progress.take(event(0, 'step.started', 'route'));
    expect(progress.take(event(10, 'step.handled', 'route', { exit: 'fail-branch', failure }))).toEqual([
      '! Which class?  → fail-branch  10 ms  failed, and its failure rule took over: Too many requests.',
    ]);
  });

  it('shows what is under way with the last words of its text, as wide as the screen', () => {
    const progress = open();
    progress.take(event(0, 'step.started', 'llm'));
    progress.takeText({ kind: 'text', stepKey: 'llm', channel: 'text', offset: 0, text: 'one two\n' });
    progress.takeText({ kind: 'text', stepKey: 'llm', channel: 'text', offset: 8, text: 'three' });
    progress.takeText({ kind: 'text', stepKey: 'llm', channel: 'reasoning', offset: 0, text: 'hidden' });
    expect(progress.liveLines(80)).toEqual([expect.stringMatching(/^. Classify {2}\d+ ms {2}one two three$/)]);
    const [narrow] = progress.liveLines(40);
    expect(narrow?.length).toBeLessThan(40);
    progress.take(event(5, 'step.stopped', 'llm', { attempt: 1 }));
    expect(progress.liveLines(80)).toEqual([]);
  });

  it('says nothing of steps that were skipped, and sets in what runs inside another step', () => {
    const progress = open();
    expect(progress.take(event(0, 'step.skipped', 'llm'))).toEqual([]);
    expect(progress.startLine(event(0, 'step.started', 'loop/0/llm'))).toMatch(/^… {5}Classify$/);
    expect(progress.startLine(event(0, 'step.started', 'unknown'))).toBe('… unknown');
  });
});
