import type { NodeDefinition } from '@tenon/compiler';
import { z } from 'zod';
import { jinjaIssues } from '../config/jinja.js';
import { listOf, text } from '../config/scalar.js';
import { namedRefersTo, namedSelector, type NamedSelector } from '../config/selector.js';

const config = z.object({ template: text, variables: listOf(namedSelector) });
type Config = z.output<typeof config>;

/** A Jinja2 template and the values it sees. */
export type TemplateInstruction = {
  readonly template: string;
  readonly variables: readonly NamedSelector[];
};

/** `template-transform`: text from a Jinja2 template. */
export const definition: NodeDefinition<Config> = {
  type: 'template-transform',
  version: 1,
  config,
  exits: () => ['source'],
  outputs: () => ({ output: 'string' }),
  references: ({ variables }) => namedRefersTo(variables, 'variables'),
  check: ({ template }) => jinjaIssues(template, 'template'),
  lower({ template, variables }) {
    const instruction: TemplateInstruction = { template, variables };
    return { instruction: { kind: 'inline', config: instruction } };
  },
};
