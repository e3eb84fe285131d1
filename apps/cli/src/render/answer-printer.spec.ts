import fc from 'fast-check';
import type { ReplyUpdate } from '../api/follow-run.js';
import { AnswerPrinter } from './answer-printer.js';

const reply = (offset: number, text: string): ReplyUpdate => ({ kind: 'reply', offset, text, reasoning: false });

function print(updates: readonly ReplyUpdate[], stored: string | null) {
  let output = '';
  let restarts = 0;
  const printer = new AnswerPrinter(
    (text) => (output += text),
    () => (restarts += 1),
  );
  for (const update of updates) printer.take(update);
  printer.finish(stored);
  return { output, restarts };
}

describe('AnswerPrinter', () => {
  it('prints pieces as they come and closes with a line break', () => {
    expect(print([reply(0, 'Hello'), reply(5, ' there')], 'Hello there')).toEqual({
      output: 'Hello there\n',
      restarts: 0,
    });
    expect(print([reply(0, 'Hello\n')], 'Hello\n').output).toBe('Hello\n');
    expect(print([], null).output).toBe('');
  });

  it('prints nothing twice when the answer is told again from its beginning, in other pieces', () => {
    const updates = [reply(0, 'one '), reply(4, 'two '), reply(0, 'o'), reply(1, 'ne two th'), reply(10, 'ree')];
    expect(print(updates, 'one two three')).toEqual({ output: 'one two three\n', restarts: 0 });
  });

  it('takes back nothing when what comes after a step back is the same', () => {
    expect(print([reply(0, 'abcdef'), reply(3, ''), reply(3, 'def!')], 'abcdef!')).toEqual({
      output: 'abcdef!\n',
      restarts: 0,
    });
  });

  it('says so and prints anew when the answer turns out otherwise', () => {
    expect(print([reply(0, 'first try'), reply(0, ''), reply(0, 'second')], 'second')).toEqual({
      output: 'first try\nsecond\n',
      restarts: 1,
    });
    expect(print([reply(0, 'abc'), reply(1, '')], 'a')).toEqual({ output: 'abc\na\n', restarts: 1 });
  });

  it('prints the rest of the stored answer that never came live, and leaves white space alone', () => {
    expect(print([reply(0, 'Hel')], 'Hello')).toEqual({ output: 'Hello\n', restarts: 0 });
    expect(print([reply(0, 'Hello \n')], 'Hello')).toEqual({ output: 'Hello \n', restarts: 0 });
  });

  it('leaves reasoning out', () => {
    expect(print([{ ...reply(0, 'hm'), reasoning: true }, reply(0, 'yes')], 'yes').output).toBe('yes\n');
  });

  it('always ends with the stored answer, whatever was told before', () => {
    const updates = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.stringMatching(/^[ab]{0,3}$/)));
    fc.assert(
      fc.property(updates, fc.stringMatching(/^[ab]{1,6}$/), (script, stored) => {
        let length = 0;
        const told = script.map(([part, text]) => {
          const offset = Math.round(part * length);
          length = offset + text.length;
          return reply(offset, text);
        });
        const { output } = print(told, stored);
        expect(output.split('\n').at(-2)).toBe(stored);
      }),
    );
  });
});
