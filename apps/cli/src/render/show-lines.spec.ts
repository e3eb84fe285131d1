import type { AttemptReport, RunReport, StepReport } from '../api/run-report.js';
import { showLines } from './show-lines.js';

const usage = {
  ...{ promptTokens: 10, completionTokens: 2, totalTokens: 12, isEstimated: false },
  ...{ totalPrice: '0.0000027', currency: 'USD', isPricePartial: false },
};
const failure = { code: 'model.unreachable', type: 'X', message: 'The model server does not answer.', stepKey: 'llm' };
const at = '2026-03-01T12:00:00.000Z';

const attempt = (change: Partial<AttemptReport>): AttemptReport => ({
  ...{ attempt: 1, execution: 1, cause: 'first', outcome: 'succeeded', startedAt: at, finishedAt: at, durationMs: 300 },
  ...{ inputs: null, request: null, reply: null, outputs: null, failure: null, usage: null, isRecovering: false },
  ...change,
});
const step = (change: Partial<StepReport>): StepReport => ({
  ...{ key: 'llm', type: 'llm', title: 'Reply', status: 'succeeded', attempt: 1, exit: 'source', inputs: null },
  ...{ outputs: null, failure: null, usage: null, startedAt: at, finishedAt: at, durationMs: 1_200 },
  ...{ isRecovering: false, attempts: [] },
  ...change,
});
const run = (change: Partial<RunReport>): RunReport => ({
  ...{ id: 'r1', app: { id: 'a', name: 'Chatbot', mode: 'advanced-chat' }, version: 2, conversationId: null },
  ...{
    channel: 'cli',
    requestId: null,
    status: 'succeeded',
    reason: null,
    waitingFor: null,
    isRecovering: false,
    inputs: {},
  },
  ...{ needsAttention: null },
  ...{ query: null, outputs: null, answer: null, failure: null, usage, exceptions: 0 },
  ...{ createdAt: at, startedAt: at, finishedAt: at, durationMs: 4_200, steps: [] },
  ...change,
});
const draw = (change: Partial<RunReport>, isFull = false) =>
  showLines(run(change), { isFull, paint: (_, text) => text });

const PROMPT = { provider: 'openai', model: 'm', messages: [{ role: 'user', content: 'Say hi' }], parameters: {} };

describe('showLines', () => {
  it('begins with the app, the outcome and what was given', () => {
    const lines = draw({ query: 'hello', inputs: { tone: 'kind', note: 'a\nb' } });
    expect(lines.slice(0, 3)).toEqual(['Chatbot, version 2', 'Run          r1', 'Outcome      succeeded in 4.2 s']);
    const facts = ['Tokens       12 (10 in, 2 out)', 'Cost         0.0000027 USD', 'Message      hello'];
    expect(lines).toEqual(expect.arrayContaining(facts));
    expect(lines.join('\n')).toContain('Inputs\n  tone: kind\n  note:\n    a\n    b');
  });

  it('draws each step with what it read, was asked, came back and gave', () => {
    const steps = [
      step({
        inputs: { 'start.q': 'hi' },
        outputs: { text: 'Hello!', usage: { total_tokens: 12 }, reasoning_content: '' },
        usage,
        attempts: [attempt({ request: PROMPT, reply: { text: 'Hello!', finishReason: 'stop', usage } })],
      }),
      step({ key: 'other', title: 'Other', status: 'skipped', exit: null, durationMs: null }),
    ];
    expect(draw({ steps }).slice(7)).toEqual([
      '● Reply  llm · 1.2 s · 12 tokens',
      '│   read',
      '│     start.q: hi',
      '│   asked openai m',
      '│     user: Say hi',
      '│   came back',
      '│     text: Hello!',
      '│     finishReason: stop',
      '│   gave',
      '│     text: Hello!',
      '│',
      '○ Other  llm · skipped',
    ]);
  });

  it('tells every try with its cause, and does not repeat a prompt', () => {
    const attempts = [
      attempt({ outcome: null, isRecovering: false, durationMs: null, request: PROMPT }),
      attempt({ execution: 2, cause: 'lostWorker', outcome: 'failed', failure, request: PROMPT }),
      attempt({ attempt: 2, cause: 'retry', request: PROMPT }),
    ];
    const text = draw({ steps: [step({ attempts })] }).join('\n');
    expect(text).toContain('try 1, first try, not ended');
    expect(text).toContain('try 1, done again, its worker was lost, failed, 300 ms');
    expect(text).toContain('Reply: The model server does not answer.  [model.unreachable]');
    expect(text).toContain('try 2, tried again after a failure, succeeded, 300 ms');
    expect(text.match(/user: Say hi/g)).toHaveLength(1);
    expect(text.match(/asked the same/g)).toHaveLength(2);
  });

  it('M4 marks a reply that broke off, and B71 tokens that nobody told', () => {
    const estimated = { ...usage, isEstimated: true };
    const reply = { text: 'Hel', finishReason: null, isPartial: true, usage: estimated };
    const steps = [step({ status: 'failed', usage: estimated, attempts: [attempt({ outcome: 'failed', reply })] })];
    const text = draw({ steps, usage: estimated }).join('\n');
    expect(text).toContain('Tokens       about 12 (10 in, 2 out)');
    expect(text).toContain('Reply  llm · failed · 1.2 s · about 12 tokens');
    expect(text).toMatch(/text: Hel\n +broke off here/);
  });

  it.each([
    ['about 0.0000027 USD', { isEstimated: true }],
    ['at least 0.0000027 USD', { isEstimated: true, isPricePartial: true }],
    ['unknown, as the price of the model is', { totalPrice: null }],
  ])('says of a cost that it is %s', (text, change) => {
    expect(draw({ usage: { ...usage, ...change } })).toContain(`Cost         ${text}`);
  });

  it('tells of workers that were stopped', () => {
    const attempts = [attempt({ outcome: 'workerStopped' }), attempt({ execution: 2, cause: 'workerStopped' })];
    const text = draw({ steps: [step({ attempts })] }).join('\n');
    expect(text).toContain('try 1, first try, stopped with its worker');
    expect(text).toContain('try 1, done again, its worker was stopped, succeeded');
  });

  it('says why it failed, in words, with the step', () => {
    const text = draw({ status: 'failed', failure, steps: [step({ status: 'failed', failure })] }).join('\n');
    expect(text).toContain(
      'Outcome      failed after 4.2 s: Reply: The model server does not answer.  [model.unreachable]',
    );
    expect(text).toContain('✗ Reply  llm · failed · 1.2 s');
  });

  it('says why a run under way cannot go on, and since when', () => {
    const needsAttention = { reason: 'No worker is there.', since: at };
    const lines = draw({ status: 'running', needsAttention, finishedAt: null, durationMs: null });
    expect(lines[2]).toContain('running');
    expect(lines[3]).toMatch(/^Cannot go on +No worker is there\. Since .*\d\.$/);
    // one that could not begin says so once
    const waitingFor = 'No worker is there. Waiting since then.';
    const queued = draw({ status: 'queued', waitingFor, needsAttention, finishedAt: null, durationMs: null });
    expect(queued[2]).toMatch(/queued$/);
    expect(queued[3]).toContain('Cannot go on');
  });

  it('says what a run waits for, and who stopped it', () => {
    expect(draw({ status: 'queued', waitingFor: 'No worker.', durationMs: null })[2]).toContain('queued: No worker.');
    expect(draw({ status: 'stopped', reason: 'enough' })[2]).toContain('stopped after 4.2 s: enough');
    expect(draw({ status: 'partiallySucceeded', exceptions: 1 })[2]).toContain('although a step failed');
  });

  it('cuts long values unless everything is wanted, and shows large stored ones by their start', () => {
    const long = Array.from({ length: 40 }, (_, index) => `line ${index}`).join('\n');
    const $ref = { key: 'k', sizeBytes: 70_000, mediaType: 'text/plain', preview: 'Once upon' };
    const steps = [step({ outputs: { text: long, big: { $ref }, none: '' } })];
    const short = draw({ steps }).join('\n');
    expect(short).not.toContain('line 20');
    expect(short).toContain('more lines; --full shows all');
    expect(short).toContain('big: Once upon… (70 kB in all)');
    expect(short).not.toContain('none');
    const full = draw({ steps }, true).join('\n');
    expect(full).toContain('line 39');
    expect(full).toContain('none:');
  });

  it('ends with the answer or the outputs', () => {
    expect(draw({ answer: 'Hello!', outputs: { answer: 'Hello!' } }).slice(-3)).toEqual(['', 'Answer', '  Hello!']);
    expect(draw({ outputs: { count: 7, list: [1] } }).slice(-3)).toEqual(['Outputs', '  count: 7', '  list: [1]']);
  });
});
