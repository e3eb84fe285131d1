import type { Json, JsonObject } from '@tenon/base';
import {
  CURRENT_VERSION,
  type DefinitionVariable,
  type GraphDefinition,
  type GraphEdge,
  type GraphMode,
  type GraphNode,
} from '../definition.js';

/** What a test says of a definition; everything else is filled in. */
export interface DefinitionParts {
  readonly mode?: GraphMode;
  readonly name?: string;
  readonly nodes?: readonly GraphNode[];
  /** `a -> b`, or `a:exit -> b` for another exit than `source`. */
  readonly edges?: readonly (string | GraphEdge)[];
  readonly environment?: readonly DefinitionVariable[];
  readonly conversation?: readonly DefinitionVariable[];
  readonly features?: JsonObject;
}

/** A definition in the newest shape. */
export function buildDefinition(parts: DefinitionParts = {}): GraphDefinition {
  return {
    version: CURRENT_VERSION,
    kind: 'app',
    app: {
      name: parts.name ?? 'Test',
      mode: parts.mode ?? 'workflow',
      description: '',
      icon_type: 'emoji',
      icon: '',
      icon_background: '#FFFFFF',
      use_icon_as_answer_icon: false,
    },
    workflow: {
      graph: {
        nodes: parts.nodes ?? [],
        edges: (parts.edges ?? []).map((edge) => (typeof edge === 'string' ? buildEdge(edge) : edge)),
        viewport: { x: 0, y: 0, zoom: 1 },
      },
      features: parts.features ?? {},
      environment_variables: (parts.environment ?? []).map((item) => ({ ...item, selector: ['env', item.name] })),
      conversation_variables: (parts.conversation ?? []).map((item) => ({
        ...item,
        selector: ['conversation', item.name],
      })),
    },
  };
}

/** A node of `type` whose title is its id; `envelope` holds keys beside `data`, such as `parentId`. */
export function buildNode(id: string, type: string, data: JsonObject = {}, envelope: JsonObject = {}): GraphNode {
  return { id, type: 'custom', position: { x: 0, y: 0 }, ...envelope, data: { type, title: id, ...data } };
}

/** `a -> b` or `a:exit -> b`. */
export function buildEdge(text: string): GraphEdge {
  const match = /^(\S+?)(?::(\S+))? -> (\S+)$/.exec(text);
  if (!match) throw new Error(`Not an edge: ${text}`);
  const [, source, sourceHandle = 'source', target] = match as unknown as [string, string, string | undefined, string];
  return {
    id: `${source}-${sourceHandle}-${target}-target`,
    type: 'custom',
    source,
    sourceHandle,
    target,
    targetHandle: 'target',
  };
}

/** A variable whose id is its name; put it under `environment` or `conversation`. */
export function buildVariable(name: string, value: Json, value_type = 'string'): DefinitionVariable {
  return { id: name, name, value_type, value, description: '', selector: [] };
}
