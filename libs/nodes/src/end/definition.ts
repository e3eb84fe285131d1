import type { NodeDefinition } from '@tenon/compiler';
import type { Segment, Selector } from '@tenon/engine';
import { z } from 'zod';
import { listOf } from '../config/scalar.js';
import { optionalSelector, refersTo } from '../config/selector.js';

const output = z.object({ variable: z.string(), value_selector: optionalSelector });
const config = z.object({ outputs: listOf(output) });
type Config = z.output<typeof config>;

/** What an end step gives, in order; a name without a selector gives null. */
export type EndInstruction = {
  readonly outputs: readonly { readonly name: string; readonly selector: Selector | null }[];
};

/** `end`: the results of a workflow. Answers with its values, one per line. */
export const definition: NodeDefinition<Config> = {
  type: 'end',
  version: 1,
  config,
  exits: () => ['source'],
  outputs: ({ outputs }) => Object.fromEntries(outputs.map(({ variable }) => [variable, 'any'])),
  references: ({ outputs }) =>
    outputs.flatMap(({ value_selector }, index) => refersTo(value_selector, 'outputs', index, 'value_selector')),
  lower({ outputs }) {
    const instruction: EndInstruction = {
      outputs: outputs.map(({ variable, value_selector }) => ({ name: variable, selector: value_selector })),
    };
    return { instruction: { kind: 'inline', config: instruction }, response: linesOf(outputs) };
  },
};

function linesOf(outputs: Config['outputs']): Segment[] {
  const selectors = outputs.flatMap(({ value_selector }) => (value_selector ? [value_selector] : []));
  return selectors.flatMap((selector, index) => (index === 0 ? [{ selector }] : [{ text: '\n' }, { selector }]));
}
