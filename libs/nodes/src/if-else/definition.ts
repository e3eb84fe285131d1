import type { Json } from '@tenon/base';
import type { ConfigIssue, DataPath, NodeDefinition, Reference } from '@tenon/compiler';
import type { ConditionOperator, Selector } from '@tenon/engine';
import { z } from 'zod';
import { json, listOf } from '../config/scalar.js';
import { refersTo, selector, templateRefersTo } from '../config/selector.js';

const operators = [
  'contains',
  'not contains',
  'start with',
  'end with',
  'is',
  'is not',
  'empty',
  'not empty',
  'in',
  'not in',
  'all of',
  '=',
  '≠',
  '>',
  '<',
  '≥',
  '≤',
  'null',
  'not null',
  'exists',
  'not exists',
] as const satisfies readonly ConditionOperator[];

const condition = z.object({
  variable_selector: selector,
  comparison_operator: z.enum(operators),
  value: json.optional().transform((value): Json => value ?? null),
  sub_variable_condition: z.object({ conditions: listOf(json) }).nullish(),
});
const logic = z
  .enum(['and', 'or'])
  .nullish()
  .transform((word) => word ?? 'and');
const config = z.object({
  cases: z.array(z.object({ case_id: z.string(), logical_operator: logic, conditions: listOf(condition) })).nullish(),
  conditions: listOf(condition),
  logical_operator: logic,
});
type Config = z.output<typeof config>;

/** A `ConditionGroup` of the engine, as plain JSON. */
type CaseGroup = {
  readonly logic: 'and' | 'or';
  readonly conditions: readonly {
    readonly selector: Selector;
    readonly operator: ConditionOperator;
    readonly expected: Json;
  }[];
};

/** Cases in order, each with the exit that is taken when it holds. */
export type IfElseInstruction = {
  readonly cases: readonly { readonly exit: string; readonly group: CaseGroup }[];
};

/** `if-else`: takes the exit of the first case that holds, or `false` when none does. */
export const definition: NodeDefinition<Config> = {
  type: 'if-else',
  version: 1,
  branching: true,
  config,
  exits: (settings) => [...casesOf(settings).map(({ exit }) => exit), 'false'],
  outputs: () => ({ result: 'boolean', selected_case_id: 'string' }),
  references: (settings): Reference[] => placed(settings).flatMap(({ item, path }) => conditionRefersTo(item, path)),
  check: (settings): ConfigIssue[] =>
    placed(settings).flatMap(({ item, path }) =>
      item.sub_variable_condition?.conditions.length
        ? [
            {
              severity: 'error',
              code: 'node.fileCondition',
              path: [...path, 'sub_variable_condition'],
              message: 'Conditions on the attributes of files cannot be evaluated.',
            },
          ]
        : [],
    ),
  lower(settings) {
    const instruction: IfElseInstruction = { cases: casesOf(settings) };
    return { instruction: { kind: 'inline', config: instruction } };
  },
};

type ConditionSettings = z.output<typeof condition>;

/** Older files have one case without a list; a list, also an empty one, takes its place. */
function casesOf({ cases, conditions, logical_operator }: Config): IfElseInstruction['cases'] {
  if (!cases) return [{ exit: 'true', group: groupOf(logical_operator, conditions) }];
  return cases.map((item) => ({ exit: item.case_id, group: groupOf(item.logical_operator, item.conditions) }));
}

function groupOf(logic: 'and' | 'or', conditions: readonly ConditionSettings[]): CaseGroup {
  return {
    logic,
    conditions: conditions.map(({ variable_selector, comparison_operator, value }) => ({
      selector: variable_selector,
      operator: comparison_operator,
      expected: value,
    })),
  };
}

function placed({ cases, conditions }: Config): { item: ConditionSettings; path: DataPath }[] {
  if (!cases) return conditions.map((item, index) => ({ item, path: ['conditions', index] }));
  return cases.flatMap((one, at) =>
    one.conditions.map((item, index) => ({ item, path: ['cases', at, 'conditions', index] })),
  );
}

function conditionRefersTo({ variable_selector, value }: ConditionSettings, path: DataPath): Reference[] {
  return [
    ...refersTo(variable_selector, ...path, 'variable_selector'),
    ...(typeof value === 'string' ? templateRefersTo(value, ...path, 'value') : []),
  ];
}
