import { CURRENT_VERSION, hasGraph, type Definition, type GraphNode, isNote } from '@tenon/dsl';
import type { TextKey } from '../language/dictionary.js';
import type { TextValues } from '../language/texts.js';
import type { AppFileReportPartsFragment } from './import.generated.js';
import type { ModelGap } from './model-gaps.js';

/** How well a part of a file was understood. */
export const FINDING_KINDS = ['needsInput', 'notSupported', 'adapted', 'imported'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

type Issue = AppFileReportPartsFragment['issues'][number];
type Sentence = readonly [key: TextKey, values?: TextValues];

/** What was found in a file, where, and what was done about it. */
export interface Finding {
  readonly kind: FindingKind;
  readonly node?: GraphNode;
  /** Where else it stands. */
  readonly line?: number;
  readonly path?: string;
  /** What the API says of it, or a text of ours. */
  readonly found: Issue | Sentence;
  readonly done: Sentence;
  /** Nodes that it is about, where it is about several. */
  readonly count?: number;
}

/** Kinds and acts of codes that say more than how severe they are. */
const BY_CODE: Readonly<Record<string, readonly [FindingKind, TextKey]>> = {
  'app.modeNotSupported': ['notSupported', 'import.did.keptOnly'],
  'node.fileCondition': ['notSupported', 'import.did.placeholder'],
  'node.noKnowledge': ['notSupported', 'import.did.fails'],
  'node.unknownErrorStrategy': ['notSupported', 'import.did.placeholder'],
  'node.unknownType': ['notSupported', 'import.did.placeholder'],
  'node.visionIgnored': ['notSupported', 'import.did.notUsed'],
  'secret.inline': ['needsInput', 'import.did.check'],
  'version.newer': ['adapted', 'import.did.notUsed'],
};

/** All there is to say about a file, what asks for something first. */
export function findingsOf(
  { content, issues }: AppFileReportPartsFragment,
  gaps: readonly ModelGap[],
): readonly Finding[] {
  const definition = content?.definition as Definition | undefined;
  const nodes = definition && hasGraph(definition) ? definition.workflow.graph.nodes : [];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ofIssues = issues.map((issue): Finding => {
    const [kind, done] = BY_CODE[issue.code] ?? usual(issue, content !== null);
    const node = issue.nodeId === null ? undefined : byId.get(issue.nodeId);
    return {
      ...{ kind, found: issue, done: [done] },
      ...(node ? { node } : { path: issue.path.join(' › ') }),
      ...(issue.line !== null && { line: issue.line }),
    };
  });
  const found = content ? [...ofIssues, ...ofModels(gaps, byId), ...ofSecrets(definition)] : ofIssues;
  const touched = new Set([...found.flatMap(({ node }) => node?.id ?? []), ...gaps.flatMap(({ nodeIds }) => nodeIds)]);
  const whole = nodes.filter((node) => !isNote(node) && !touched.has(node.id)).length;
  const all = [
    ...found,
    ...(content && content.version !== CURRENT_VERSION && !issues.some(({ code }) => code === 'version.newer')
      ? [lifted(content.version)]
      : []),
    ...(whole > 0 ? [taken(whole)] : []),
  ];
  return all.toSorted((a, b) => FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind));
}

function usual({ severity }: Issue, isTaken: boolean): readonly [FindingKind, TextKey] {
  if (severity === 'WARNING') return ['adapted', 'import.did.asIs'];
  return ['needsInput', isTaken ? 'import.did.mend' : 'import.did.nothing'];
}

function ofModels(gaps: readonly ModelGap[], byId: ReadonlyMap<string, GraphNode>): readonly Finding[] {
  return gaps.map(({ named, nodeIds, otherwise }): Finding => {
    const node = byId.get(nodeIds[0] ?? '');
    return {
      kind: otherwise.kind === 'standIn' ? 'adapted' : 'needsInput',
      ...(node ? { node } : { path: 'model_config › model' }),
      found: ['import.found.model', { name: named, count: nodeIds.length }],
      done: otherwise.kind === 'standIn' ? ['import.did.standIn', { name: otherwise.model }] : ['import.did.choose'],
    };
  });
}

/** No file holds the values of its secrets. */
function ofSecrets(definition: Definition | undefined): readonly Finding[] {
  if (!definition || !hasGraph(definition)) return [];
  return definition.workflow.environment_variables
    .filter(({ value_type: type, value }) => type === 'secret' && (value === '' || value === null))
    .map(({ name }) => ({
      kind: 'needsInput',
      path: `env › ${name}`,
      found: ['import.found.secret', { name }],
      done: ['import.did.empty'],
    }));
}

function lifted(version: string): Finding {
  return {
    kind: 'adapted',
    path: 'version',
    found: ['import.found.version', { version }],
    done: ['import.did.lifted', { version: CURRENT_VERSION }],
  };
}

function taken(count: number): Finding {
  return { kind: 'imported', count, found: ['import.found.nodes', { count }], done: ['import.did.taken'] };
}
