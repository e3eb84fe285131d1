import { isJsonObject, type Json, type JsonObject, jsonSizeBytes } from '@tenon/base';
import { isNote, isUnsafeName } from './definition.js';
import type { DocumentPath, Issue } from './issue.js';

/** Most nodes of one graph. */
const MAX_NODES = 10_000;
/** Most edges of one graph. */
const MAX_EDGES = 50_000;
/** Largest JSON of one variable's value, in bytes. */
const MAX_VARIABLE_BYTES = 200 * 1024;

const GRAPH: DocumentPath = ['workflow', 'graph'];

/** What must not come in although its shape is right: ambiguous, unsafe or too much. */
export function checkDocument(document: JsonObject): readonly Issue[] {
  const workflow = document['workflow'];
  if (!isJsonObject(workflow)) return [];
  return [
    ...checkGraph(workflow['graph']),
    ...checkVariables(workflow['environment_variables'], 'environment_variables'),
    ...checkVariables(workflow['conversation_variables'], 'conversation_variables'),
  ];
}

function checkGraph(graph: Json | undefined): readonly Issue[] {
  if (!isJsonObject(graph)) return [];
  const nodes = listOf(graph['nodes']);
  if (nodes.length > MAX_NODES)
    return [error('graph.tooManyNodes', [...GRAPH, 'nodes'], `The graph has more than ${MAX_NODES} nodes.`)];
  if (listOf(graph['edges']).length > MAX_EDGES)
    return [error('graph.tooManyEdges', [...GRAPH, 'edges'], `The graph has more than ${MAX_EDGES} edges.`)];
  const seen = new Set<string>();
  return nodes.flatMap((node, index) => (isJsonObject(node) ? checkNode(node, [...GRAPH, 'nodes', index], seen) : []));
}

function checkNode(node: JsonObject, path: DocumentPath, seen: Set<string>): readonly Issue[] {
  const issues: Issue[] = [];
  const { id, data } = node;
  if (typeof id === 'string') {
    if (seen.has(id)) issues.push(error('node.duplicateId', [...path, 'id'], `Another node has the id "${id}" too.`));
    seen.add(id);
    if (isUnsafeName(id)) issues.push(error('node.unsafeId', [...path, 'id'], `A node cannot have the id "${id}".`));
  }
  if (!isJsonObject(data)) return issues;
  if (!isNote(node) && (typeof data['type'] !== 'string' || data['type'] === ''))
    issues.push(error('node.typeMissing', [...path, 'data', 'type'], 'The node has no type.'));
  listOf(data['variables']).forEach((variable, index) => {
    const name = isJsonObject(variable) ? variable['variable'] : undefined;
    if (typeof name === 'string' && isUnsafeName(name))
      issues.push(unsafeVariable([...path, 'data', 'variables', index, 'variable'], name));
  });
  return issues;
}

function checkVariables(variables: Json | undefined, key: string): readonly Issue[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  listOf(variables).forEach((variable, index) => {
    if (!isJsonObject(variable)) return;
    const path = ['workflow', key, index];
    const { name, value } = variable;
    if (typeof name === 'string') {
      if (isUnsafeName(name)) issues.push(unsafeVariable([...path, 'name'], name));
      if (seen.has(name)) {
        const message = `Another variable has the name "${name}" too; the last one counts.`;
        issues.push({ severity: 'warning', code: 'variable.duplicateName', path: [...path, 'name'], message });
      }
      seen.add(name);
    }
    if (value !== undefined && jsonSizeBytes(value) > MAX_VARIABLE_BYTES) {
      const message = `The value is larger than ${MAX_VARIABLE_BYTES / 1024} KiB.`;
      issues.push(error('variable.tooLarge', [...path, 'value'], message));
    }
  });
  return issues;
}

function unsafeVariable(path: DocumentPath, name: string): Issue {
  return error('variable.unsafeName', path, `A variable cannot have the name "${name}".`);
}

function error(code: string, path: DocumentPath, message: string): Issue {
  return { severity: 'error', code, path, message };
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
