import { defineErrors, type Json, type JsonObject } from '@tenon/base';
import {
  type AppIdentity,
  type Definition,
  type DefinitionVariable,
  type GraphDefinition,
  type GraphEdge,
  type GraphNode,
  hasGraph,
  type NodeData,
  type Position,
  type Viewport,
} from './definition.js';
import { addNode, changeNode, connect, disconnect, removeNode } from './edit-graph.js';
import { patchAt } from './patch.js';

/** One change of a definition, as data: it can be stored, sent and undone. */
export type Edit =
  /** At `index` in the order of the file, which decides where runs begin; last where absent. */
  | { readonly type: 'addNode'; readonly node: GraphNode; readonly index?: number }
  /** With everything inside it and all edges of these; `alone` leaves those, and so takes back an `addNode`. */
  | { readonly type: 'removeNode'; readonly id: string; readonly alone?: boolean }
  | { readonly type: 'moveNode'; readonly id: string; readonly position: Position }
  /** A size that is absent is left to the screen. */
  | { readonly type: 'resizeNode'; readonly id: string; readonly width?: number; readonly height?: number }
  | { readonly type: 'setData'; readonly id: string; readonly data: NodeData }
  /** Sets a key of a mapping or an element of a list inside a node's data; a key without value is removed. */
  | {
      readonly type: 'patchData';
      readonly id: string;
      readonly path: readonly (string | number)[];
      readonly value?: Json;
    }
  /** At `index` in the order of the file, which decides who is ready first; last where absent. */
  | { readonly type: 'connect'; readonly edge: GraphEdge; readonly index?: number }
  | { readonly type: 'disconnect'; readonly id: string }
  | { readonly type: 'renameApp'; readonly name: string }
  /** Everything of the app's identity but its mode, which cannot change. */
  | { readonly type: 'setIdentity'; readonly app: Omit<AppIdentity, 'mode'> }
  | {
      readonly type: 'setVariables';
      readonly scope: 'environment' | 'conversation';
      readonly variables: readonly DefinitionVariable[];
    }
  | { readonly type: 'setFeatures'; readonly features: JsonObject }
  | { readonly type: 'setViewport'; readonly viewport: Viewport }
  /** All in order, or none. */
  | { readonly type: 'batch'; readonly edits: readonly Edit[] };

/** A definition after an edit, and the edit that takes it back. */
export interface Edited {
  readonly definition: Definition;
  readonly inverse: Edit;
}

const errors = defineErrors('edit', { noGraph: 'invalid' });

/**
 * Applies an edit. The definition that is given stays as it is.
 * @throws edit.noGraph, edit.nodeMissing, edit.nodeExists, edit.edgeMissing, edit.edgeExists, edit.pathMissing,
 *   edit.unsafeName
 */
export function applyEdit(definition: Definition, edit: Edit): Edited {
  if (edit.type === 'batch') return applyBatch(definition, edit.edits);
  if (edit.type === 'renameApp') {
    const app: AppIdentity = { ...definition.app, name: edit.name };
    return { definition: withApp(definition, app), inverse: { type: 'renameApp', name: definition.app.name } };
  }
  if (edit.type === 'setIdentity') {
    const { mode, ...app } = definition.app;
    // the rest of an interface with an index signature loses its own keys to TypeScript
    const before = app as unknown as Omit<AppIdentity, 'mode'>;
    const next = { ...edit.app, mode } as AppIdentity;
    return { definition: withApp(definition, next), inverse: { type: 'setIdentity', app: before } };
  }
  if (!hasGraph(definition)) throw errors.noGraph(`An app of the mode "${definition.app.mode}" has no graph to edit.`);
  return editGraph(definition, edit);
}

function applyBatch(definition: Definition, edits: readonly Edit[]): Edited {
  const inverses: Edit[] = [];
  let current = definition;
  for (const edit of edits) {
    const edited = applyEdit(current, edit);
    current = edited.definition;
    inverses.unshift(edited.inverse);
  }
  return { definition: current, inverse: { type: 'batch', edits: inverses } };
}

type GraphEdit = Exclude<Edit, { readonly type: 'batch' | 'renameApp' | 'setIdentity' }>;

function editGraph(definition: GraphDefinition, edit: GraphEdit): Edited {
  const { workflow } = definition;
  switch (edit.type) {
    case 'addNode':
      return addNode(definition, edit.node, edit.index);
    case 'removeNode':
      return removeNode(definition, edit.id, edit.alone === true);
    case 'connect':
      return connect(definition, edit.edge, edit.index);
    case 'disconnect':
      return disconnect(definition, edit.id);
    case 'moveNode': {
      const { position } = edit;
      return changeNode(definition, edit.id, (node) => ({
        node: { ...node, position },
        inverse: { type: 'moveNode', id: node.id, position: node.position },
      }));
    }
    case 'resizeNode':
      return changeNode(definition, edit.id, (node) => resize(node, edit.width, edit.height));
    case 'setData':
      return changeNode(definition, edit.id, (node) => ({
        node: { ...node, data: edit.data },
        inverse: { type: 'setData', id: node.id, data: node.data },
      }));
    case 'patchData':
      return changeNode(definition, edit.id, (node) => {
        const patch = patchAt(node.data, edit.path, edit.value);
        const before = patch.before === undefined ? {} : { value: patch.before };
        return {
          node: { ...node, data: patch.value as NodeData },
          inverse: { type: 'patchData', id: node.id, path: edit.path, ...before },
        };
      });
    case 'setVariables': {
      const key = `${edit.scope}_variables` as const;
      const inverse: Edit = { type: 'setVariables', scope: edit.scope, variables: workflow[key] };
      return { definition: { ...definition, workflow: { ...workflow, [key]: edit.variables } }, inverse };
    }
    case 'setFeatures': {
      const inverse: Edit = { type: 'setFeatures', features: workflow.features };
      return { definition: { ...definition, workflow: { ...workflow, features: edit.features } }, inverse };
    }
    case 'setViewport': {
      const graph = { ...workflow.graph, viewport: edit.viewport };
      const inverse: Edit = { type: 'setViewport', viewport: workflow.graph.viewport };
      return { definition: { ...definition, workflow: { ...workflow, graph } }, inverse };
    }
  }
}

function withApp(definition: Definition, app: AppIdentity): Definition {
  return { ...definition, app } as Definition;
}

function resize(
  { width, height, ...rest }: GraphNode,
  newWidth: number | undefined,
  newHeight: number | undefined,
): { node: GraphNode; inverse: Edit } {
  const sizes = (w: Json | undefined, h: Json | undefined) => ({
    ...(typeof w === 'number' ? { width: w } : {}),
    ...(typeof h === 'number' ? { height: h } : {}),
  });
  const node = rest as unknown as GraphNode;
  return {
    node: { ...node, ...sizes(newWidth, newHeight) },
    inverse: { type: 'resizeNode', id: node.id, ...sizes(width, height) },
  };
}
