import type { InlineFunction } from '@tenon/engine';
import { refusalOfSize, runWithinLimits, TaskLimits } from './limits.js';

const MB = 1_000_000;

/** Limits on a clock whose tasks the test begins. */
function build() {
  let task = 1;
  let isOver = false;
  let begin: () => void = () => undefined;
  const limits = new TaskLimits({
    task: () => task,
    nextTask: () => new Promise<void>((resolve) => (begin = resolve)),
    isOver: () => isOver,
  });
  const nextTask = async () => {
    task += 1;
    begin();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const end = () => (isOver = true);
  return { limits, nextTask, end };
}

/** Notes in `done` when a promise resolves. */
const note = (done: string[], name: string, turn: Promise<void> | undefined) =>
  turn ? void turn.then(() => done.push(name)) : void done.push(`${name} at once`);

describe('a workflow task', () => {
  it('takes what fits at once, and one thing that fits nowhere', () => {
    const { limits } = build();
    expect(limits.admit(3 * MB)).toBeUndefined();
    expect(build().limits.admit(MB)).toBeUndefined();
  });

  it('leaves the rest to later ones, first come, first served', async () => {
    const { limits, nextTask } = build();
    const done: string[] = [];
    for (const [name, bytes] of [
      ['a', MB],
      ['b', 1.5 * MB],
      ['c', 0.1 * MB],
      ['d', MB],
    ] as const)
      note(done, name, limits.admit(bytes));
    expect(done).toEqual(['a at once']);
    await nextTask();
    expect(done).toEqual(['a at once', 'b', 'c']);
    await nextTask();
    expect(done).toEqual(['a at once', 'b', 'c', 'd']);
  });

  it('lets go of all that waits when nothing is sent any more', async () => {
    const { limits, nextTask, end } = build();
    const done: string[] = [];
    for (const name of ['a', 'b', 'c']) note(done, name, limits.admit(2 * MB));
    end();
    await nextTask();
    expect(done).toEqual(['a at once', 'b', 'c']);
  });

  it('begins to count anew in the next one', async () => {
    const { limits, nextTask } = build();
    limits.admit(2 * MB);
    await nextTask();
    expect(limits.admit(2 * MB)).toBeUndefined();
  });
});

describe('a pure step', () => {
  const run: InlineFunction = (config: { size: number }) => ({ ok: true, outputs: { text: 'x'.repeat(config.size) } });

  it('is done here while its values are small, elsewhere when one is large', () => {
    expect(runWithinLimits(run, { size: 10 }, {})).toMatchObject({ ok: true });
    expect(runWithinLimits(run, { size: 70_000 }, {})).toBeUndefined();
    expect(runWithinLimits(run, { size: 10 }, { 'a.b': 'x'.repeat(70_000) })).toBeUndefined();
  });
});

it('what is too large for one call is refused by name', () => {
  expect(refusalOfSize(1_500_000)).toBeUndefined();
  expect(refusalOfSize(1_500_001)).toMatchObject({ ok: false, failure: { code: 'step.inputsTooLarge' } });
});
