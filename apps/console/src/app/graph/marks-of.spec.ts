import type { StepView } from '@tenon/engine';
import { marksOf, type MarkWords } from './marks-of.js';

const words: MarkWords = {
  texts: {
    t: (key, values = {}) =>
      `${key}${Object.values(values)
        .map((value) => ` ${value}`)
        .join('')}`,
    why: ({ message }) => message,
  },
  quantities: {
    clock: (at) => `at ${at}`,
    duration: (ms) => `${ms}ms`,
    money: (amount, currency) => `${amount} ${currency}`,
    tokens: ({ totalTokens }) => String(totalTokens),
  },
};
const begun = { stepKey: 'a', order: 0, startedAt: 100, inputs: {}, attempt: 1, retries: [] };
const failure = { code: 'x.y', type: 'X', message: 'No.' };
const usage = { promptTokens: 2, completionTokens: 3, totalTokens: 5 };
const markOf = (step: object) =>
  marksOf([{ ...begun, ...step } as never as StepView], new Set(['lost']), words)
    .values()
    .next().value;

it.each([
  ['nothing of what has only begun', { status: 'running' }, { state: 'running' }],
  ['that nobody is heard of', { status: 'running', stepKey: 'lost' }, { state: 'recovering' }],
  [
    'what it took, used and cost, and its last try',
    { status: 'succeeded', exit: 'source', finishedAt: 350, attempt: 2, usage: { ...usage, costNanoUsd: 1_500_000 } },
    { state: 'succeeded', exit: 'source', footer: '250ms · usage.tokens 5 5 · 0.0015 USD · step.try 2' },
  ],
  [
    'no cost that nobody knows, and an estimate as one',
    { status: 'succeeded', exit: 'source', finishedAt: 101, usage },
    { state: 'succeeded', exit: 'source', footer: '1ms · usage.tokens 5 5' },
  ],
  [
    'why it waits, and until when',
    { status: 'retrying', attempt: 3, retryAt: 900, retries: [{ attempt: 2, failure, at: 400, delayMs: 500 }] },
    { state: 'retrying', footer: 'step.tryAt 3 at 900', why: 'No.' },
  ],
  ['why it failed', { status: 'failed', finishedAt: 110, failure }, { state: 'failed', footer: '10ms', why: 'No.' }],
])('a box shows %s', (_, step, mark) => {
  expect(markOf(step)).toEqual(mark);
});
