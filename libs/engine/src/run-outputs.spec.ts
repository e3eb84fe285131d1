import { answerParts, mergeOutputs } from './run-outputs.js';
import type { Value } from './value.js';

const ref: Value = { $ref: { key: 'k', sizeBytes: 70_000, mediaType: 'text/plain', preview: 'start' } };

describe('mergeOutputs', () => {
  it('joins answers and lets later keys win', () => {
    expect(mergeOutputs({ answer: 'a', files: [1], x: 1 }, { answer: 'b', files: [2] })).toEqual({
      answer: 'ab',
      files: [2],
      x: 1,
    });
    expect(mergeOutputs({ x: 1 }, { y: 2 })).toEqual({ x: 1, y: 2 });
  });

  it('keeps an answer as it is as long as it is the only one', () => {
    expect(mergeOutputs({}, { answer: [1, 2] })).toEqual({ answer: [1, 2] });
    expect(mergeOutputs({ answer: '' }, { answer: ref })).toEqual({ answer: ref });
    expect(mergeOutputs({ answer: 1 }, { answer: true })).toEqual({ answer: '1True' });
  });

  it('lines up what cannot be joined before it is fetched', () => {
    const two = mergeOutputs({ answer: 'a' }, { answer: ref });
    expect(two).toEqual({ answer: { $parts: ['a', ref] } });
    const four = mergeOutputs(mergeOutputs(two, { answer: 'b' }), { answer: 'c' });
    expect(four).toEqual({ answer: { $parts: ['a', ref, 'bc'] } });
    expect(answerParts(four['answer'] as Value)).toEqual(['a', ref, 'bc']);
    expect([answerParts('x'), answerParts(ref), answerParts(null)]).toEqual([['x'], [ref], []]);
  });
});
