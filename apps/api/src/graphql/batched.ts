import type { TeamId } from '@tenon/base';
import DataLoader from 'dataloader';
import { requireIdentity, type GraphQLContext } from '../auth/identity.js';

/** Gives the loader of a request. */
export type Batched<Key, Value> = (context: GraphQLContext) => DataLoader<Key, Value>;

/**
 * A loader per request that fetches together what the fields of one level ask for: a list costs as many statements as
 * one object. Nothing is kept beyond that, since a document may hold several mutations with what each has changed.
 * @param load  gives a value for every key, in their order
 */
export function batched<Key, Value>(
  load: (teamId: TeamId, keys: readonly Key[]) => Promise<readonly Value[]>,
): Batched<Key, Value> {
  const loaders = new WeakMap<GraphQLContext, DataLoader<Key, Value>>();
  return (context) => {
    const known = loaders.get(context);
    if (known) return known;
    const { teamId } = requireIdentity(context.identity);
    const loader = new DataLoader<Key, Value>((keys) => load(teamId, keys), { cache: false });
    loaders.set(context, loader);
    return loader;
  };
}

/** The row of each key, in the order of the keys; undefined where there is none. */
export function rowPerKey<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): (Row | undefined)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key));
}

/** The rows of each key, in the order of the keys. */
export function rowsPerKey<Key, Row>(keys: readonly Key[], rows: readonly Row[], keyOf: (row: Row) => Key): Row[][] {
  const byKey = Map.groupBy(rows, keyOf);
  return keys.map((key) => byKey.get(key) ?? []);
}
