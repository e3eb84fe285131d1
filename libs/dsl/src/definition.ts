import type { Json, JsonObject } from '@tenon/base';

/**
 * The document of an app in its newest shape: the app format itself, with every default filled in. Keys that we do
 * not know are kept everywhere; what Tenon adds stands under one top-level key `tenon`. All values are encoded as
 * engine values: integers and floats stay apart, and a key of the author's that starts with `$` carries one more.
 * Numbers of the layout (positions, sizes, the viewport) are plain.
 */
export type Definition = GraphDefinition | SettingsDefinition;

/** Version of the app format that we write and know in full. */
export const CURRENT_VERSION = '0.7.0';

/** Modes whose apps are graphs. */
export type GraphMode = 'workflow' | 'advanced-chat';

interface DocumentKeys {
  readonly version: string;
  readonly kind: string;
  readonly [key: string]: Json;
}

/** An app that is a graph of nodes. */
export interface GraphDefinition extends DocumentKeys {
  readonly app: AppIdentity & { readonly mode: GraphMode };
  readonly workflow: Workflow;
}

/** An app of any other mode: a chat, completion or agent app described by settings. */
export interface SettingsDefinition extends DocumentKeys {
  readonly app: AppIdentity;
}

export interface AppIdentity {
  readonly name: string;
  readonly mode: string;
  readonly description: string;
  readonly icon_type: string;
  readonly icon: string;
  readonly icon_background: string;
  readonly use_icon_as_answer_icon: boolean;
  readonly [key: string]: Json;
}

export interface Workflow {
  readonly graph: Graph;
  readonly features: JsonObject;
  readonly environment_variables: readonly DefinitionVariable[];
  readonly conversation_variables: readonly DefinitionVariable[];
  readonly [key: string]: Json;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly viewport: Viewport;
  readonly [key: string]: Json;
}

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly [key: string]: Json;
}

export interface Position {
  readonly x: number;
  readonly y: number;
  readonly [key: string]: Json;
}

export interface GraphNode {
  readonly id: string;
  /** How it is drawn: `custom`, `custom-note`, `custom-iteration-start`, … */
  readonly type: string;
  /** Relative to the container for nodes inside one. */
  readonly position: Position;
  readonly data: NodeData;
  readonly [key: string]: Json;
}

export interface NodeData {
  /** The node type, such as `llm`; empty on notes. */
  readonly type: string;
  readonly title: string;
  readonly [key: string]: Json;
}

export interface GraphEdge {
  /** Unique in the document. */
  readonly id: string;
  readonly source: string;
  readonly sourceHandle: string;
  readonly target: string;
  readonly targetHandle: string;
  readonly [key: string]: Json;
}

/** An environment or conversation variable. */
export interface DefinitionVariable {
  readonly id: string;
  readonly name: string;
  readonly value_type: string;
  readonly value: Json;
  readonly description: string;
  /** Always `[env, name]` or `[conversation, name]`. */
  readonly selector: readonly string[];
  readonly [key: string]: Json;
}

/** Is the app a graph? */
export function hasGraph(definition: Definition): definition is GraphDefinition {
  return isGraphMode(definition.app.mode);
}

/** True for `workflow` and `advanced-chat`. */
export function isGraphMode(mode: Json | undefined): mode is GraphMode {
  return mode === 'workflow' || mode === 'advanced-chat';
}

/** Notes stand on the canvas and never run. */
export function isNote(node: { readonly type?: Json | undefined }): boolean {
  return node.type === 'custom-note';
}

/** Ids of the nodes that `node` may stand inside; files name them in up to three places. */
export function homesOf(node: GraphNode): readonly string[] {
  const homes = [node.data['iteration_id'], node.data['loop_id'], node['parentId']];
  return homes.filter((home) => typeof home === 'string' && home !== '' && home !== node.id) as string[];
}

/** Names that reach into JavaScript's own objects; refused as node ids and names of variables. */
export function isUnsafeName(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype';
}
