/** What nodes are for; each category has a colour of its own. */
export type NodeCategory = 'data' | 'human' | 'integration' | 'io' | 'knowledge' | 'logic' | 'model';

const CATEGORIES: Readonly<Record<string, NodeCategory>> = {
  start: 'io',
  answer: 'io',
  end: 'io',
  llm: 'model',
  agent: 'model',
  'question-classifier': 'model',
  'parameter-extractor': 'model',
  'knowledge-retrieval': 'knowledge',
  'document-extractor': 'knowledge',
  'if-else': 'logic',
  iteration: 'logic',
  'iteration-start': 'logic',
  loop: 'logic',
  'loop-start': 'logic',
  'loop-end': 'logic',
  code: 'data',
  'template-transform': 'data',
  'variable-aggregator': 'data',
  assigner: 'data',
  'list-operator': 'data',
  'http-request': 'integration',
  tool: 'integration',
  'human-input': 'human',
};

/** The colour of a node type: a custom property of the tokens. Notes and what nobody knows are as inputs and outputs. */
export function colorOf(type: string): string {
  return `var(--kind-${Object.hasOwn(CATEGORIES, type) ? CATEGORIES[type] : 'io'})`;
}
