import type { Json } from '@tenon/base';
import type { NodeDefinition, Reference } from '@tenon/compiler';
import type { InputField, ValueType } from '@tenon/engine';
import { z } from 'zod';
import { optionalSchema, schemaIssues } from '../config/json-schema.js';
import { flag, json, listOf, optionalNumber, text } from '../config/scalar.js';

const valueTypes = {
  'text-input': 'string',
  paragraph: 'string',
  select: 'string',
  number: 'number',
  checkbox: 'boolean',
  file: 'file',
  'file-list': 'array[file]',
  json_object: 'object',
  external_data_tool: 'string',
} as const satisfies Record<string, ValueType>;
type FieldType = keyof typeof valueTypes;

/** Names under `sys` that a start step gives on, where the run has them. */
const SYSTEM_NAMES = [
  'query',
  'files',
  'conversation_id',
  'dialogue_count',
  'user_id',
  'app_id',
  'workflow_id',
  'workflow_run_id',
  'timestamp',
];
/** Longest time the check of the schemas may take, in milliseconds. */
const CHECK_TIMEOUT_MS = 10_000;

const field = z.object({
  variable: z.string(),
  label: text,
  type: z.enum(Object.keys(valueTypes) as [FieldType, ...FieldType[]]),
  required: flag,
  default: json.optional().transform((value): Json => value ?? null),
  max_length: optionalNumber,
  options: listOf(z.string()),
  json_schema: optionalSchema,
  allowed_file_types: listOf(z.string()),
  allowed_file_extensions: listOf(z.string()),
  allowed_file_upload_methods: listOf(z.string()),
});
const config = z.object({ variables: listOf(field) });
type Config = z.output<typeof config>;

/** What a start step gives on: the run's inputs, which lie under the step's own id, and system values. */
export type StartInstruction = {
  readonly nodeId: string;
  readonly names: readonly string[];
  readonly system: readonly string[];
  /** Inputs that are mappings, with the draft-7 schema they have to follow, if any. */
  readonly objects: readonly { readonly name: string; readonly required: boolean; readonly schema: Json }[];
};

/** `start`: where a run begins, with what the person filled in. */
export const definition: NodeDefinition<Config> = {
  type: 'start',
  version: 1,
  isRoot: true,
  config,
  exits: () => ['source'],
  outputs: ({ variables }): Record<string, ValueType> =>
    Object.fromEntries(variables.map(({ variable, type }) => [variable, valueTypes[type]])),
  references: ({ variables }, { nodeId }): Reference[] => [
    ...variables.map(({ variable }, index) => ({ selector: [nodeId, variable], path: ['variables', index] })),
    ...SYSTEM_NAMES.map((name) => ({ selector: ['sys', name], path: [] })),
  ],
  inputFields: ({ variables }): InputField[] =>
    variables.map((item) => ({
      name: item.variable,
      label: item.label,
      type: item.type,
      required: item.required,
      default: item.default,
      maxLength: item.max_length,
      options: item.options,
      jsonSchema: item.json_schema,
      ...((item.type === 'file' || item.type === 'file-list') && {
        files: {
          types: item.allowed_file_types,
          extensions: item.allowed_file_extensions,
          methods: item.allowed_file_upload_methods,
        },
      }),
    })),
  check: ({ variables }) =>
    variables.flatMap(({ json_schema }, index) =>
      json_schema === null ? [] : schemaIssues(json_schema, 'variables', index, 'json_schema'),
    ),
  lower({ variables }, { nodeId }) {
    const objects = variables.filter(({ type }) => type === 'json_object');
    const instruction: StartInstruction = {
      nodeId,
      names: variables.map(({ variable }) => variable),
      system: SYSTEM_NAMES,
      objects: objects.map(({ variable, required, json_schema }) => ({
        name: variable,
        required,
        schema: json_schema,
      })),
    };
    // checking a schema takes a library that the workflow sandbox does not carry
    return objects.some(({ json_schema }) => json_schema !== null)
      ? { instruction: { kind: 'activity', config: instruction, weight: 'short', timeoutMs: CHECK_TIMEOUT_MS } }
      : { instruction: { kind: 'inline', config: instruction } };
  },
};
