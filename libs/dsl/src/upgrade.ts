import { isJsonObject, type Json, type JsonObject, numberOf, numberText } from '@tenon/base';
import { isNumber } from '@tenon/engine';
import {
  CURRENT_VERSION,
  type Definition,
  type DefinitionVariable,
  type GraphNode,
  isGraphMode,
} from './definition.js';
import type { Issue } from './issue.js';
import { readEdges } from './read-edges.js';

type Step = (document: JsonObject, issues: Issue[]) => JsonObject;

/** Oldest dialect first. A step looks at the fields, never at the version: versions were raised late. */
const steps: readonly Step[] = [nameKindAndVersion, fillApp, fillWorkflow, startLegacyIterations, plainLayout];

/** Lifts a document of right shape to the newest. Issues are warnings; their paths are those of the old document. */
export function upgrade(document: JsonObject): { definition: Definition; issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const definition = steps.reduce((lifted, step) => step(lifted, issues), document) as Definition;
  return { definition, issues };
}

/** Before 0.1.0 a file had neither. */
function nameKindAndVersion(document: JsonObject): JsonObject {
  return { ...document, kind: 'app', version: CURRENT_VERSION };
}

function fillApp(document: JsonObject): JsonObject {
  const app = document['app'] as JsonObject;
  const iconType = app['icon_type'];
  return {
    ...document,
    app: {
      ...app,
      name: textOr(app['name'], '') || 'Untitled',
      description: textOr(app['description'], ''),
      icon_type: iconType === 'image' || iconType === 'link' ? iconType : 'emoji',
      icon: textOr(app['icon'], ''),
      icon_background: textOr(app['icon_background'], '') || '#FFFFFF',
      use_icon_as_answer_icon: app['use_icon_as_answer_icon'] === true,
    },
  };
}

function fillWorkflow(document: JsonObject, issues: Issue[]): JsonObject {
  if (!isGraphMode((document['app'] as JsonObject)['mode'])) return document;
  const workflow = document['workflow'] as JsonObject;
  const graph = mappingOr(workflow['graph']);
  const edges = readEdges(listOr(graph['edges']));
  issues.push(...edges.issues);
  return {
    ...document,
    workflow: {
      ...workflow,
      graph: {
        ...graph,
        nodes: listOr(graph['nodes']).map((node, index) => fillNode(node as JsonObject, index)),
        edges: edges.edges,
        viewport: mappingOr(graph['viewport']),
      },
      features: mappingOr(workflow['features']),
      environment_variables: fillVariables(workflow['environment_variables'], 'env'),
      conversation_variables: fillVariables(workflow['conversation_variables'], 'conversation'),
    },
  };
}

function fillNode(node: JsonObject, index: number): JsonObject {
  const data = node['data'] as JsonObject;
  return {
    ...node,
    type: textOr(node['type'], '') || 'custom',
    // side by side, so that a graph written by hand can be seen
    position: isJsonObject(node['position']) ? node['position'] : { x: 80 + 320 * index, y: 280 },
    data: { ...data, type: textOr(data['type'], ''), title: textOr(data['title'], '') },
  };
}

/** Selectors are written anew; a missing id becomes the name, so that importing again finds the same variable. */
function fillVariables(variables: Json | undefined, namespace: string): readonly DefinitionVariable[] {
  const ids = new Set<string>();
  return (listOr(variables) as readonly JsonObject[]).map((variable) => {
    const name = variable['name'] as string;
    const given = textOr(variable['id'], '');
    const id = given === '' || ids.has(given) ? name : given;
    ids.add(id);
    return {
      ...variable,
      id,
      name,
      value_type: variable['value_type'] as string,
      value: variable['value'] as Json,
      description: textOr(variable['description'], ''),
      selector: [namespace, name],
    };
  });
}

/** Before 0.1.1 an iteration began at an ordinary child; since then it has a start node of its own. */
function startLegacyIterations(document: JsonObject): JsonObject {
  if (!isGraphMode((document['app'] as JsonObject)['mode'])) return document;
  const workflow = document['workflow'] as JsonObject;
  const graph = workflow['graph'] as JsonObject;
  const nodes = graph['nodes'] as readonly GraphNode[];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const starts: JsonObject[] = [];
  const edges: Json[] = [];
  const lifted = nodes.map((node) => {
    const first = node.data.type === 'iteration' ? byId.get(textOr(node.data['start_node_id'], '')) : undefined;
    if (!first || first.data.type === 'iteration-start') return node;
    let startId = `${node.id}start`;
    while (byId.has(startId)) startId += '0';
    starts.push(startNode(startId, node.id));
    edges.push(startEdge(startId, first, node.id));
    return { ...node, data: { ...node.data, start_node_id: startId } };
  });
  if (starts.length === 0) return document;
  const allEdges = [...(graph['edges'] as readonly Json[]), ...edges];
  return {
    ...document,
    workflow: { ...workflow, graph: { ...graph, nodes: [...lifted, ...starts], edges: allEdges } },
  };
}

function startNode(id: string, iterationId: string): JsonObject {
  return {
    id,
    type: 'custom-iteration-start',
    parentId: iterationId,
    position: { x: 24, y: 68 },
    draggable: false,
    selectable: false,
    data: { type: 'iteration-start', title: '', isInIteration: true },
  };
}

function startEdge(startId: string, first: GraphNode, iterationId: string): JsonObject {
  return {
    id: `${startId}-source-${first.id}-target`,
    type: 'custom',
    source: startId,
    sourceHandle: 'source',
    target: first.id,
    targetHandle: 'target',
    data: {
      sourceType: 'iteration-start',
      targetType: first.data.type,
      isInIteration: true,
      iteration_id: iterationId,
    },
  };
}

/** Numbers that only a screen reads are plain ones. */
function plainLayout(document: JsonObject): JsonObject {
  if (!isGraphMode((document['app'] as JsonObject)['mode'])) return document;
  const workflow = document['workflow'] as JsonObject;
  const graph = workflow['graph'] as JsonObject;
  return {
    ...document,
    workflow: {
      ...workflow,
      graph: {
        ...graph,
        nodes: (graph['nodes'] as readonly JsonObject[]).map(plainNode),
        viewport: plainNumbers(graph['viewport'] as JsonObject, { x: 0, y: 0, zoom: 1 }),
      },
    },
  };
}

function plainNode(node: JsonObject): JsonObject {
  const sizes = ['width', 'height', 'zIndex'].filter((key) => isNumber(node[key]));
  return {
    ...node,
    ...Object.fromEntries(sizes.map((key) => [key, plainNumber(node[key], 0)])),
    position: plainNumbers(node['position'] as JsonObject, { x: 0, y: 0 }),
    ...(isJsonObject(node['positionAbsolute'])
      ? { positionAbsolute: plainNumbers(node['positionAbsolute'], { x: 0, y: 0 }) }
      : {}),
  };
}

function plainNumbers(value: JsonObject, defaults: Readonly<Record<string, number>>): JsonObject {
  const numbers = Object.entries(defaults).map(([key, fallback]) => [key, plainNumber(value[key], fallback)]);
  return { ...value, ...Object.fromEntries(numbers) };
}

function plainNumber(value: Json | undefined, fallback: number): number {
  const number = isNumber(value) ? numberOf(value) : NaN;
  return Number.isFinite(number) ? number : fallback;
}

/** Text, also where it was written as a number without quotes. */
function textOr(value: Json | undefined, fallback: string): string {
  if (typeof value === 'string') return value;
  return isNumber(value) ? numberText(value) : fallback;
}

function mappingOr(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOr(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
