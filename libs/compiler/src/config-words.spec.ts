import { z } from 'zod';
import { configWords } from './config-words.js';

const wordsOf = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value, { error: configWords }).error?.issues.map(({ message }) => message);

describe('configWords', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ['text for a list', z.array(z.json()), 'x', 'a list is needed here, not text.'],
    ['a list for a mapping', z.object({}), [], 'a mapping is needed here, not a list.'],
    ['a mapping for text', z.string(), {}, 'text is needed here, not a mapping.'],
    ['nothing for text', z.string(), undefined, 'text is needed here, and it is missing.'],
    ['an empty value for a number', z.number(), null, 'a number is needed here, not an empty value.'],
    ['a fraction for an integer', z.int(), 1.5, 'a whole number is needed here, not a number.'],
    ['another word', z.enum(['and', 'or']), 'xor', 'one of "and", "or" is needed here.'],
    ['a number for a word', z.enum(['and', 'or']), 1, 'one of "and", "or" is needed here, not a number.'],
    ['the only word', z.literal('no-auth'), 'x', '"no-auth" is needed here.'],
    [
      'neither of two kinds',
      z.union([z.string(), z.number()]),
      true,
      'text or a number is needed here, not true or false.',
    ],
  ])('says what is wrong with %s', (_what, schema, value, words) => {
    expect(wordsOf(schema, value)).toEqual([words]);
  });

  it('leaves rules with words of their own alone, and never repeats what was given', () => {
    expect(
      wordsOf(
        z.custom(() => false, 'It is not ours.'),
        1,
      ),
    ).toEqual(['It is not ours.']);
    expect(wordsOf(z.enum(['basic', 'bearer']), 'sk-123')?.[0]).not.toContain('sk-123');
  });
});
