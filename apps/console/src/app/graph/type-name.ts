import type { TextKey } from '../language/dictionary.js';
import type { Texts } from '../language/texts.js';
import { branchOf } from './branch-of.js';
import type { GraphWords } from './canvas-of.js';

const TYPES = [
  'agent',
  'answer',
  'assigner',
  'code',
  'document-extractor',
  'end',
  'http-request',
  'human-input',
  'if-else',
  'iteration',
  'iteration-start',
  'knowledge-retrieval',
  'list-operator',
  'llm',
  'loop',
  'loop-end',
  'loop-start',
  'parameter-extractor',
  'question-classifier',
  'start',
  'template-transform',
  'tool',
  'trigger-plugin',
  'trigger-schedule',
  'trigger-webhook',
  'variable-aggregator',
] as const;

/** What a node type is called; one that nobody knows by its own name. */
export function typeName(t: Texts['t'], type: string): string {
  if (type === '') return t('node.note');
  const known = TYPES.find((one) => one === type);
  return known ? t(`node.${known}` satisfies TextKey) : type;
}

/** The words of a graph in the reader's language. */
export function graphWords(t: Texts['t']): GraphWords {
  return {
    type: (type) => typeName(t, type),
    state: (state) => t(`state.${state}`),
    from: (names) => t('graph.from', { names: names.join(t('announce.and')) }),
    to: (names) => t('graph.to', { names: names.join(t('announce.and')) }),
    edge: (node, handle, name) => {
      const branch = branchOf(node, handle, t);
      return branch === undefined ? t('graph.edge', { name }) : t('graph.edgeOf', { branch, name });
    },
  };
}
