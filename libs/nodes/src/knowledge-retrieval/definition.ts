import type { NodeDefinition } from '@tenon/compiler';
import type { Selector } from '@tenon/engine';
import { z } from 'zod';
import { listOf } from '../config/scalar.js';
import { optionalSelector, refersTo } from '../config/selector.js';

const config = z.object({
  query_variable_selector: optionalSelector,
  query_attachment_selector: optionalSelector,
  dataset_ids: listOf(z.string()),
});
type Config = z.output<typeof config>;

/** What to search with. */
export type RetrievalInstruction = {
  readonly query: Selector | null;
  readonly attachment: Selector | null;
};

/** `knowledge-retrieval`: searches a knowledge base. There is none to search, so a step of this type fails. */
export const definition: NodeDefinition<Config> = {
  type: 'knowledge-retrieval',
  version: 1,
  config,
  exits: () => ['source'],
  outputs: () => ({ result: 'array[object]' }),
  references: ({ query_variable_selector, query_attachment_selector }) => [
    ...refersTo(query_variable_selector, 'query_variable_selector'),
    ...refersTo(query_attachment_selector, 'query_attachment_selector'),
  ],
  check: () => [
    {
      severity: 'warning',
      code: 'node.noKnowledge',
      path: ['dataset_ids'],
      message: 'There is no knowledge base yet, so this step fails when it runs.',
    },
  ],
  lower({ query_variable_selector, query_attachment_selector }) {
    const instruction: RetrievalInstruction = {
      query: query_variable_selector,
      attachment: query_attachment_selector,
    };
    return { instruction: { kind: 'inline', config: instruction } };
  },
};
