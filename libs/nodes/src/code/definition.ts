import type { ConfigIssue, NodeDefinition } from '@tenon/compiler';
import type { ValueType } from '@tenon/engine';
import { z } from 'zod';
import { listOf, text } from '../config/scalar.js';
import { namedRefersTo, namedSelector, type NamedSelector } from '../config/selector.js';

/** Longest time the code may run, in milliseconds; the format has no setting for it. */
const TIMEOUT_MS = 60_000;

const types = [
  'string',
  'number',
  'object',
  'boolean',
  'array[string]',
  'array[number]',
  'array[object]',
  'array[boolean]',
] as const;

/** A declared output; `children` are the members of an object whose shape is checked too. */
export type CodeOutput = {
  readonly type: (typeof types)[number];
  readonly children: Readonly<Record<string, CodeOutput>> | null;
};
/** Declared outputs by name. */
export type CodeOutputs = Readonly<Record<string, CodeOutput>>;

const output: z.ZodType<CodeOutput> = z.lazy(() =>
  z.object({
    type: z.enum(types),
    children: z
      .record(z.string(), output)
      .nullish()
      .transform((children) => children ?? null),
  }),
);
const config = z.object({
  code_language: z.enum(['python3', 'javascript']),
  code: text,
  variables: listOf(namedSelector),
  outputs: z.record(z.string(), output),
});
type Config = z.output<typeof config>;

/** Code, the arguments of its `main`, and what it has to return. */
export type CodeInstruction = {
  readonly language: 'python3' | 'javascript';
  readonly code: string;
  readonly variables: readonly NamedSelector[];
  readonly outputs: CodeOutputs;
};

/** `code`: an author's Python or JavaScript, without network and files. */
export const definition: NodeDefinition<Config> = {
  type: 'code',
  version: 1,
  honoursRetry: true,
  config,
  exits: () => ['source'],
  outputs: ({ outputs }): Record<string, ValueType> =>
    Object.fromEntries(Object.entries(outputs).map(([name, { type }]) => [name, type])),
  references: ({ variables }) => namedRefersTo(variables, 'variables'),
  check({ code }): ConfigIssue[] {
    if (/\bmain\b/.test(code)) return [];
    const message = 'The code must define a function "main".';
    return [{ severity: 'warning', code: 'node.noMain', path: ['code'], message }];
  },
  lower({ code_language, code, variables, outputs }) {
    const instruction: CodeInstruction = { language: code_language, code, variables, outputs };
    return { instruction: { kind: 'activity', config: instruction, weight: 'short', timeoutMs: TIMEOUT_MS } };
  },
};
