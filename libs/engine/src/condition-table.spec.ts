import { isTenonError } from '@tenon/base';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { evaluateGroup, type ConditionOperator } from './condition.js';
import type { Value } from './value.js';

/* docs/conditions.md is the promise; every cell of its table is tried with values of that kind. */

const document = readFileSync(path.resolve(__dirname, '../../../docs/conditions.md'), 'utf8');
const [head, , ...rows] = document
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
  ) as [string[], string[], ...string[][]];

const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom('0', 'null', 'false', ' ', 'Ä', 'ä'),
);
const number = fc
  .oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((it) => !Number.isInteger(it)),
  )
  .filter((it) => it !== 0);
const item = fc.oneof(text, fc.integer());
const KINDS: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  nothing: fc.constant(null),
  '""': fc.constant(''),
  text,
  '0': fc.constantFrom<Value>(0, { $float: '0.0' }, { $float: '-0.0' }),
  number,
  false: fc.constant(false),
  true: fc.constant(true),
  '[]': fc.constant([]),
  list: fc.array(item, { minLength: 1, maxLength: 5 }),
  '{}': fc.constant({}),
  mapping: fc.dictionary(
    fc.string({ minLength: 1 }).filter((key) => !/^\$|^__proto__$/.test(key)),
    item,
    {
      minKeys: 1,
      maxKeys: 3,
    },
  ),
};
const LISTED: readonly string[] = ['in', 'not in', 'all of'];
const ORDERED = ['>', '<', '≥', '≤', '=', '≠'];

/** What a comparison that is no error in itself may be compared with. */
function expectedFor(operator: string, kind: string): fc.Arbitrary<Value> {
  const isBoolean = kind === 'true' || kind === 'false';
  if (LISTED.includes(operator)) return isBoolean ? fc.array(fc.boolean()) : fc.array(text, { maxLength: 4 });
  if (isBoolean) return fc.constantFrom('true', 'false', '0', '1', ' 2 ');
  if (ORDERED.includes(operator)) return fc.integer().map(String);
  return text;
}

/** The comparison once more, in the plainest words. Only for values that compare. */
const PLAIN: Readonly<Record<string, (actual: Value, expected: Value) => boolean>> = {
  contains: (actual, expected) => (actual as string | Value[]).includes(expected as string),
  'start with': (actual, expected) => (actual as string).indexOf(expected as string) === 0,
  'end with': (actual, expected) => (actual as string).slice(-(expected as string).length) === expected,
  is: (actual, expected) => actual === expected,
  in: (actual, expected) => (expected as Value[]).some((one) => one === actual || (one === true && actual === 1)),
  'all of': (actual, expected) => (expected as string[]).every((one) => (actual as string | Value[]).includes(one)),
  '=': (actual, expected) => Math.trunc(numeric(actual)) === numeric(expected) && Number.isInteger(numeric(actual)),
  '>': (actual, expected) => numeric(actual) > numeric(expected),
  '<': (actual, expected) => numeric(actual) < numeric(expected),
};
const OPPOSITES: Readonly<Record<string, string>> = {
  'not contains': 'contains',
  'is not': 'is',
  'not in': 'in',
  '≠': '=',
  '≤': '>',
  '≥': '<',
};
const numeric = (value: Value): number => (typeof value === 'object' ? 0 : Number(value));

function plainly(operator: string, actual: Value, given: Value): boolean {
  const isRead = typeof actual === 'boolean' && !Array.isArray(given);
  const expected = isRead ? Number(JSON.parse(given as string)) !== 0 : given;
  const opposite = OPPOSITES[operator];
  return opposite ? !PLAIN[opposite]?.(actual, expected) : (PLAIN[operator]?.(actual, expected) as boolean);
}

function outcome(actual: Value, operator: string, expected: Value): string {
  const conditions = [{ selector: ['n', 'x'], operator: operator as ConditionOperator, expected }];
  try {
    return evaluateGroup({ logic: 'and', conditions }, () => actual) ? 'yes' : 'no';
  } catch (error) {
    if (isTenonError(error) && error.code === 'condition.wrongType') return 'error';
    throw error;
  }
}

const cells = rows.flatMap(([operator = '', ...outcomes]) =>
  outcomes.map((promised, at) => [operator, head[at + 1] as string, promised] as const),
);

describe('the table of comparisons', () => {
  it('B62 has every comparison and every kind of value', () => {
    expect(rows).toHaveLength(21);
    expect(head.slice(1).sort()).toEqual(Object.keys(KINDS).sort());
    expect(new Set(cells.map(([, , promised]) => promised))).toEqual(new Set(['yes', 'no', 'error', 'compares']));
  });

  it.each(cells)('B62 %s of %s: %s', (operator, kind, promised) => {
    fc.assert(
      fc.property(KINDS[kind] as fc.Arbitrary<Value>, expectedFor(operator, kind), (actual, expected) => {
        const wanted = promised === 'compares' ? (plainly(operator, actual, expected) ? 'yes' : 'no') : promised;
        expect(outcome(actual, operator, expected)).toBe(wanted);
      }),
      { numRuns: 60 },
    );
  });
});

describe('texts', () => {
  it('B62 keep their case and their spelling in Unicode', () => {
    for (const [actual, expected] of [
      ['Ä', 'ä'],
      ['straße', 'STRASSE'],
      ['I', 'ı'],
      ['\u00e9', 'e\u0301'],
    ] as const) {
      expect([outcome(actual, 'is', expected), outcome(actual, 'contains', expected)]).toEqual(['no', 'no']);
      expect(outcome(actual, 'is not', expected)).toBe('yes');
    }
  });

  it('B62 are no patterns', () => {
    expect(outcome('aaa', 'contains', 'a+')).toBe('no');
    expect(outcome('aaa', 'start with', '^a')).toBe('no');
    expect(outcome('(a+)+$', 'contains', '(a+)+$')).toBe('yes');
  });

  // with a pattern that looks back each of these takes minutes
  it.each<[string, Value, string]>([
    ['digits that end otherwise', 1.5, `${'1'.repeat(1_000_000)}x`],
    ['digits in groups that end otherwise', 1.5, `${'1_'.repeat(500_000)}x`],
    ['whole digits that end otherwise', 1, `${'1'.repeat(1_000_000)}x`],
    ['more digits than any number has', 1, '1'.repeat(10_000_000)],
    ['blanks', 1.5, `${' '.repeat(1_000_000)}x${' '.repeat(1_000_000)}`],
    ['brackets', true, '['.repeat(1_000_000)],
  ])('B62 are read as numbers in linear time: %s', (_what, actual, expected) => {
    const startedAt = performance.now();
    expect(() => outcome(actual, '=', expected)).toThrow(expect.objectContaining({ code: 'condition.wrongExpected' }));
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  it('B62 are found in linear time', () => {
    const startedAt = performance.now();
    expect(outcome('a'.repeat(1_000_000), 'contains', `${'a'.repeat(100_000)}b`)).toBe('no');
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});
