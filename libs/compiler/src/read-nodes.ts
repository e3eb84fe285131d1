import type { JsonObject } from '@tenon/base';
import {
  type DocumentPath,
  type GraphDefinition,
  type GraphMode,
  type GraphNode,
  homesOf,
  isNote,
  isUnsafeName,
  pathText,
} from '@tenon/dsl';
import { type Catalog, isEntryType } from './catalog.js';
import type { IssueList } from './compile-issue.js';
import { type CompiledNode, type KnownNode, titleOf } from './compiled-node.js';
import { configWords } from './config-words.js';
import { readFailing } from './failing.js';
import { describeMissing } from './missing-type.js';
import type { AnyNodeDefinition } from './node-definition.js';

const NODES: DocumentPath = ['workflow', 'graph', 'nodes'];
const CONTAINER_TYPES = new Set(['iteration', 'loop']);
// parts of a container that mean nothing without it
const PART_TYPES = new Set(['iteration-start', 'loop-start', 'loop-end']);
const RESERVED_IDS = new Set(['sys', 'env', 'conversation', 'rag']);

/** Every node but the notes, in the order of the file, with what its definition makes of it. */
export function readNodes(definition: GraphDefinition, catalog: Catalog, issues: IssueList): readonly CompiledNode[] {
  const { nodes } = definition.workflow.graph;
  const { mode } = definition.app;
  const containers = new Set(nodes.filter(({ data }) => CONTAINER_TYPES.has(data.type)).map(({ id }) => id));
  return nodes.flatMap((node, index) => {
    if (isNote(node)) return [];
    const path = [...NODES, index];
    checkId(node, path, issues);
    const found = catalog.get(node.data.type);
    const isChild = homesOf(node).some((home) => containers.has(home));
    const isEntry = !isChild && isEntryType(node.data.type, found);
    const known = found && readKnown({ node, path, mode }, found, issues);
    if (!found && !(isChild && PART_TYPES.has(node.data.type))) {
      const message = describeMissing(titleOf(node), node.data);
      issues.error('node.unknownType', [...path, 'data', 'type'], message, node.id);
    }
    return [{ node, path, isChild, isEntry, ...(known ? { known } : {}) }];
  });
}

function checkId({ id }: GraphNode, path: DocumentPath, issues: IssueList): void {
  const at = [...path, 'id'];
  if (id.includes('.'))
    issues.error('node.idHasDot', at, `The node id "${id}" has a dot, which separates the parts of a reference.`, id);
  if (RESERVED_IDS.has(id))
    issues.error('node.reservedId', at, `The node id "${id}" is the name of a group of variables.`, id);
}

function readKnown(
  { node, path, mode }: { readonly node: GraphNode; readonly path: DocumentPath; readonly mode: GraphMode },
  definition: AnyNodeDefinition,
  issues: IssueList,
): KnownNode | undefined {
  const at = [...path, 'data'];
  const place = { nodeId: node.id, path: at, issues };
  const failing = readFailing(node.data, definition.honoursRetry === true, place);
  const data: JsonObject = definition.upgrade ? definition.upgrade(node.data) : node.data;
  const parsed = definition.config.safeParse(data, { error: configWords });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const inside = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
      const where = inside.length === 0 ? '' : `${pathText(inside)}: `;
      issues.error('node.invalidConfig', [...at, ...inside], `"${titleOf(node)}": ${where}${issue.message}`, node.id);
    }
    return undefined;
  }
  const config = parsed.data as never;
  for (const { severity, code, path: inside, message } of definition.check?.(config) ?? [])
    issues.add(severity, code, [...at, ...inside], message, node.id);
  checkNames(Object.keys(definition.outputs(config)), node, at, issues);
  const branching = definition.branching === true || failing.rule.then === 'exit';
  const exits = exitsOf(definition, config, failing.rule.then === 'exit', (exit) => {
    issues.warn('node.duplicateExit', at, `"${titleOf(node)}" has two exits with the id "${exit}".`, node.id);
  });
  const references = definition.references(config, { nodeId: node.id, mode });
  return { definition, config, failing, exits, branching, references };
}

function exitsOf(
  definition: AnyNodeDefinition,
  config: never,
  hasFailBranch: boolean,
  onDuplicate: (exit: string) => void,
): readonly string[] {
  const exits = new Set<string>();
  for (const exit of [...definition.exits(config), ...(hasFailBranch ? ['fail-branch'] : [])])
    if (exits.has(exit)) onDuplicate(exit);
    else exits.add(exit);
  return [...exits];
}

function checkNames(names: readonly string[], node: GraphNode, at: DocumentPath, issues: IssueList): void {
  for (const name of names)
    if (isUnsafeName(name)) issues.error('node.unsafeOutput', at, `An output cannot have the name "${name}".`, node.id);
}
