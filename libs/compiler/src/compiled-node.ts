import type { DocumentPath, GraphNode } from '@tenon/dsl';
import type { Failing } from './failing.js';
import type { AnyNodeDefinition, Reference } from './node-definition.js';

/** A node as the compiler knows it. `known` is absent when its type is missing or its settings are wrong. */
export interface CompiledNode {
  readonly node: GraphNode;
  readonly path: DocumentPath;
  /** Stands inside a container, which alone runs it. */
  readonly isChild: boolean;
  readonly isEntry: boolean;
  readonly known?: KnownNode;
}

export interface KnownNode {
  readonly definition: AnyNodeDefinition;
  /** What the definition's schema made of the node's data. */
  readonly config: never;
  readonly failing: Failing;
  /** Without repetition; `fail-branch` among them where a failure has an exit. */
  readonly exits: readonly string[];
  readonly branching: boolean;
  readonly references: readonly Reference[];
}

/** What people call a node: its title, or its id where it has none. */
export function titleOf({ data, id }: GraphNode): string {
  return data.title === '' ? id : data.title;
}
