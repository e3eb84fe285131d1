import { isTenonError } from '@tenon/base';
import { evaluateGroup, type Condition, type ConditionGroup, type ConditionOperator } from './condition.js';
import type { Selector } from './plan.js';
import type { Value } from './value.js';

const outcome = (
  actual: Value | undefined,
  operator: ConditionOperator,
  expected: Value = '',
  more: Record<string, Value> = {},
) => {
  const values: Record<string, Value | undefined> = { 'n.x': actual, ...more };
  const lookup = (selector: Selector) => values[selector.join('.')];
  try {
    return evaluateGroup({ logic: 'and', conditions: [{ selector: ['n', 'x'], operator, expected }] }, lookup);
  } catch (error) {
    if (isTenonError(error)) return error.code;
    throw error;
  }
};
const wrongType = 'condition.wrongType';
const wrongExpected = 'condition.wrongExpected';

describe('evaluateGroup', () => {
  it.each<[Value, ConditionOperator, Value, boolean | string]>([
    ['graphon', 'contains', 'pho', true],
    ['', 'contains', '', false],
    ['True story', 'contains', 'True', true],
    [['a', 'b'], 'contains', 'b', true],
    [[1, 2], 'contains', '1', false],
    [[true], 'contains', 'true', true],
    [5, 'contains', '5', wrongType],
    [0, 'contains', '5', false],
    [{ a: 1 }, 'not contains', 'a', wrongType],
    [null, 'not contains', 'a', true],
    ['abc', 'not contains', 'x', true],
    ['abc', 'start with', 'ab', true],
    ['abc', 'end with', 'ab', false],
    [null, 'start with', 'a', false],
    [12, 'start with', '1', wrongType],
    ['abc', 'start with', ['a'], wrongExpected],
    ['abc', 'is', 'abc', true],
    [null, 'is', '', false],
    [null, 'is not', 'x', false],
    ['abc', 'is not', 'x', true],
    [1, 'is', '1', wrongType],
    ['', 'empty', '', true],
    [0, 'empty', '', true],
    [false, 'empty', '', true],
    [{}, 'empty', '', true],
    [{ $float: '0.0' }, 'empty', '', true],
    [[0], 'not empty', '', true],
    ['a', 'in', ['a', 'b'], true],
    ['', 'in', [''], false],
    ['a', 'in', 'a', wrongExpected],
    ['', 'not in', ['a'], true],
    ['a', 'not in', ['a'], false],
    [['a', 'b', 'c'], 'all of', ['a', 'c'], true],
    [['a'], 'all of', ['a', 'c'], false],
    ['some text', 'all of', ['some', 'ext'], true],
    [[true, false], 'all of', ['true', false], true],
    ['x', 'all of', [true], wrongType],
    [5, 'all of', ['5'], wrongType],
    ['x', 'all of', 'x', wrongExpected],
    [[], 'all of', 'x', false],
    [null, '=', '1', false],
    [null, '≠', '1', false],
    [1, '=', '1', true],
    [1, '=', '1.5', wrongExpected],
    [1, '=', 1.5, true],
    [{ $float: '1.0' }, '=', '1', true],
    [1, '≠', '2', true],
    [{ $int: '9007199254740993' }, '=', '9007199254740992', false],
    ['1', '=', '1', wrongType],
    [1, '=', 'x', wrongExpected],
    [null, '>', '1', false],
    [true, '>', '0', true],
    [3, '<', 'abc', wrongExpected],
    [3, '<', [3], wrongExpected],
    ['3', '<', '4', wrongType],
    [1, '≤', ' 1_0.0 ', true],
    [{ $int: '9007199254740993' }, '>', '9007199254740992', true],
    [1, '<', 'inf', true],
    [1, '<', 'nan', false],
    [null, 'null', '', true],
    ['', 'null', '', false],
    [0, 'not null', '', true],
    [null, 'exists', '', false],
    [0, 'exists', '', true],
    [null, 'not exists', '', true],
    [false, 'not null', '', true],
  ])('%j %s %j: %s', (actual, operator, expected, result) => {
    expect(outcome(actual, operator, expected)).toBe(result);
  });

  it('row 38: compares numbers with texts', () => {
    expect(outcome(0, '≤', '0.95')).toBe(true);
    expect(outcome(1, '≥', '0.95')).toBe(true);
    expect(outcome(1.1, '≥', '0.95')).toBe(true);
    expect(outcome(1.1, '>', '0')).toBe(true);
  });

  it('row 39: reads the expected text as a boolean when the variable is one', () => {
    expect(outcome(false, 'is', 'false')).toBe(true);
    expect(outcome(true, 'is', '0')).toBe(false);
    expect(outcome(true, '=', 'false')).toBe(false);
    expect(outcome(true, 'is', 'yes')).toBe(wrongExpected);
    expect(outcome(true, 'is', '1.5')).toBe(wrongExpected);
  });

  it('row 40: fills the expected text', () => {
    expect(outcome('graphon', 'contains', '{{#n.needle#}}', { 'n.needle': 'pho' })).toBe(true);
    expect(outcome('say n.gone', 'contains', '{{#n.gone#}}')).toBe(true);
  });

  it('B61 fails on a variable that is not there, by name', () => {
    expect(() =>
      evaluateGroup(
        { logic: 'and', conditions: [{ selector: ['a', 'b'], operator: 'null', expected: '' }] },
        () => undefined,
      ),
    ).toThrow("Variable ['a', 'b'] not found");
  });

  it('fails on a comparison that does not exist', () => {
    expect(outcome('x', 'constructor' as ConditionOperator)).toBe('condition.unknownOperator');
  });

  it('row 37: of several groups the first that holds decides, and what later ones miss does not matter', () => {
    const group = (name: string, expected: string): ConditionGroup => ({
      logic: 'and',
      conditions: [{ selector: ['n', name], operator: 'is', expected }],
    });
    const lookup = (selector: Selector) => (selector[1] === 'x' ? 'b' : undefined);
    const cases = [group('x', 'a'), group('x', 'b'), group('missing', 'c')];
    expect(cases.findIndex((one) => evaluateGroup(one, lookup))).toBe(1);
  });

  it('stops at the comparison that decides', () => {
    const holds: Condition = { selector: ['n', 'x'], operator: 'is', expected: 'x' };
    const fails: Condition = { ...holds, operator: 'is not' };
    const missing: Condition = { selector: ['n', 'gone'], operator: 'empty', expected: '' };
    const lookup = (selector: Selector) => (selector[1] === 'x' ? 'x' : undefined);
    expect(evaluateGroup({ logic: 'or', conditions: [holds, missing] }, lookup)).toBe(true);
    expect(evaluateGroup({ logic: 'and', conditions: [fails, missing] }, lookup)).toBe(false);
    expect(() => evaluateGroup({ logic: 'and', conditions: [holds, missing] }, lookup)).toThrow('not found');
    expect(evaluateGroup({ logic: 'and', conditions: [] }, lookup)).toBe(true);
    expect(evaluateGroup({ logic: 'or', conditions: [] }, lookup)).toBe(false);
  });
});
