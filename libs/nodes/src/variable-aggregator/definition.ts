import type { NodeDefinition } from '@tenon/compiler';
import type { Selector, ValueType } from '@tenon/engine';
import { z } from 'zod';
import { flag, listOf } from '../config/scalar.js';
import { refersTo, selector } from '../config/selector.js';
import { declaredType } from '../config/value-type.js';

const group = z.object({ group_name: z.string(), output_type: declaredType, variables: listOf(selector) });
const config = z.object({
  output_type: declaredType,
  variables: listOf(selector),
  advanced_settings: z.object({ group_enabled: flag, groups: listOf(group) }).nullish(),
});
type Config = z.output<typeof config>;

/** Candidates in order of preference: for the one output, or for each of several named groups. */
export type AggregatorInstruction =
  | { readonly candidates: readonly Selector[] }
  | { readonly groups: readonly { readonly name: string; readonly candidates: readonly Selector[] }[] };

/** `variable-aggregator`: the first of several values that is there, such as the one of the branch that was taken. */
export const definition: NodeDefinition<Config> = {
  type: 'variable-aggregator',
  aliases: ['variable-assigner'],
  version: 1,
  config,
  exits: () => ['source'],
  outputs: (settings): Record<string, ValueType> =>
    settings.advanced_settings?.group_enabled
      ? Object.fromEntries(settings.advanced_settings.groups.map((item) => [item.group_name, 'object']))
      : { output: settings.output_type },
  references({ variables, advanced_settings }) {
    if (!advanced_settings?.group_enabled)
      return variables.flatMap((candidate, index) => refersTo(candidate, 'variables', index));
    return advanced_settings.groups.flatMap((item, at) =>
      item.variables.flatMap((candidate, index) =>
        refersTo(candidate, 'advanced_settings', 'groups', at, 'variables', index),
      ),
    );
  },
  lower({ variables, advanced_settings }) {
    const instruction: AggregatorInstruction = advanced_settings?.group_enabled
      ? { groups: advanced_settings.groups.map((item) => ({ name: item.group_name, candidates: item.variables })) }
      : { candidates: variables };
    return { instruction: { kind: 'inline', config: instruction } };
  },
};
