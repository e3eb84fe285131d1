import type { DefinitionVariable, DocumentPath, GraphDefinition, GraphMode } from '@tenon/dsl';
import { isAssignable, isSecret, type PlanVariable, type ValueType } from '@tenon/engine';
import type { IssueList } from './compile-issue.js';

const ENVIRONMENT_TYPES: readonly string[] = [
  'string',
  'secret',
  'number',
  'integer',
  'float',
  'boolean',
  'object',
  'array[string]',
  'array[number]',
  'array[object]',
  'array[boolean]',
  'array[any]',
] satisfies ValueType[];
const CONVERSATION_TYPES: readonly string[] = [
  ...ENVIRONMENT_TYPES.filter((type) => type !== 'secret'),
  'file',
  'array[file]',
];

/** Type of each system variable that a run of the mode has. */
export function systemTypes(mode: GraphMode): ReadonlyMap<string, ValueType> {
  const types: [string, ValueType][] = [
    ['files', 'array[file]'],
    ['user_id', 'string'],
    ['app_id', 'string'],
    ['workflow_id', 'string'],
    ['workflow_run_id', 'string'],
    ['workflow_execution_id', 'string'],
    ['timestamp', 'integer'],
  ];
  if (mode === 'advanced-chat')
    types.push(['query', 'string'], ['conversation_id', 'string'], ['dialogue_count', 'integer']);
  return new Map(types);
}

/** The variables as a plan holds them. Of two with one name the last counts. A secret stands there by reference, never in plain text. */
export function lowerVariables(
  definition: GraphDefinition,
  scope: 'environment' | 'conversation',
  issues: IssueList,
): readonly PlanVariable[] {
  // a workflow has no conversation whose variables it could keep
  if (scope === 'conversation' && definition.app.mode === 'workflow') return [];
  const key = `${scope}_variables` as const;
  const byName = new Map<string, PlanVariable>();
  definition.workflow[key].forEach((variable, index) => {
    const type = checkVariable(variable, scope, ['workflow', key, index], issues);
    const { id, name, value } = variable;
    if (type) byName.set(name, { id, name, type, value: type === 'secret' && !isSecret(value) ? '' : value });
  });
  return [...byName.values()];
}

function checkVariable(
  { name, value_type: type, value }: DefinitionVariable,
  scope: 'environment' | 'conversation',
  path: DocumentPath,
  issues: IssueList,
): ValueType | undefined {
  const known = scope === 'environment' ? ENVIRONMENT_TYPES : CONVERSATION_TYPES;
  if (!known.includes(type)) {
    const message =
      type === 'secret'
        ? `The conversation variable "${name}" cannot be a secret; make it an environment variable.`
        : `The variable "${name}" is of the type "${type}"; possible are ${known.join(', ')}.`;
    issues.error('variable.typeUnknown', [...path, 'value_type'], message);
    return undefined;
  }
  if (!isAssignable(type as ValueType, value))
    issues.error('variable.wrongType', [...path, 'value'], `The value of "${name}" is not of the type ${type}.`);
  return type as ValueType;
}
