import type { AnyNodeDefinition } from './node-definition.js';

/** Node definitions by every name they have in documents. */
export type Catalog = ReadonlyMap<string, AnyNodeDefinition>;

/** Indexes definitions by type and alias; of two with the same name the first counts. */
export function catalogOf(definitions: readonly AnyNodeDefinition[]): Catalog {
  const catalog = new Map<string, AnyNodeDefinition>();
  for (const definition of definitions)
    for (const name of [definition.type, ...(definition.aliases ?? [])])
      if (!catalog.has(name)) catalog.set(name, definition);
  return catalog;
}

const ENTRY_TYPES = new Set(['start', 'datasource']);

/** May a node of this type begin a run? Known by name for the types of the format that the catalog lacks. */
export function isEntryType(type: string, definition: AnyNodeDefinition | undefined): boolean {
  return definition ? definition.isRoot === true : ENTRY_TYPES.has(type) || type.startsWith('trigger-');
}
