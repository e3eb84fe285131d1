import type { GraphNode } from '@tenon/dsl';
import type { Texts } from '../language/texts.js';

const FAILED = 'fail-branch';

interface Part {
  readonly id?: unknown;
  readonly case_id?: unknown;
  readonly name?: unknown;
}

/** What a way out of a node is called; undefined where it is the only one, or nobody knows. */
export function branchOf({ data }: GraphNode, handle: string, t: Texts['t']): string | undefined {
  if (handle === FAILED) return t('branch.failed');
  if (data.type === 'if-else') {
    if (handle === 'false') return t('branch.else');
    const index = partsOf(data['cases']).findIndex((part) => (part.case_id ?? part.id) === handle);
    return index > 0 ? t('branch.elseIf', { number: index }) : t('branch.if');
  }
  const name = partsOf(data['classes']).find(({ id }) => id === handle)?.name;
  return typeof name === 'string' ? name : undefined;
}

/** Files of others hold anything. */
function partsOf(value: unknown): readonly Part[] {
  return Array.isArray(value) ? value.filter((part): part is Part => typeof part === 'object' && part !== null) : [];
}
