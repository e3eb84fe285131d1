/**
 * A mapping that is plain JSON and cheap to change without touching the older one: a record while it is small, beyond
 * that a tree of records, split by the bits of a hash of the key. A change copies one record and the few lists above
 * it, so a run of ten thousand steps costs ten thousand small copies and not ten thousand large ones.
 * Any record is a table too, whatever its size.
 */
export type Table<V> = Readonly<Record<string, V>> | readonly Table<V>[];

const LEAF_SIZE = 16;
const BITS = 4;
const WIDTH = 1 << BITS;
const MAX_LEVEL = 32 / BITS;

/** The value under `key`, or undefined. */
export function findIn<V>(table: Table<V>, key: string): V | undefined {
  let node = table;
  if (isBranch(node)) {
    const hash = hashOf(key);
    for (let level = 0; isBranch(node); level++) node = node[slotOf(hash, level)] as Table<V>;
  }
  return Object.hasOwn(node, key) ? node[key] : undefined;
}

/** A table that holds `value` under `key` as well. */
export function putIn<V>(table: Table<V>, key: string, value: V): Table<V> {
  return put(table, key, value, 0);
}

/** All entries, in an order that depends on the keys alone once the table is large. */
export function entriesIn<V>(table: Table<V>): [string, V][] {
  return isBranch(table) ? table.flatMap(entriesIn) : Object.entries(table);
}

function put<V>(table: Table<V>, key: string, value: V, level: number): Table<V> {
  if (isBranch(table)) {
    const slot = slotOf(hashOf(key), level);
    return table.with(slot, put(table[slot] as Table<V>, key, value, level + 1));
  }
  const leaf = { ...table, [key]: value };
  return level < MAX_LEVEL && Object.keys(leaf).length > LEAF_SIZE ? split(leaf, level) : leaf;
}

function split<V>(leaf: Readonly<Record<string, V>>, level: number): Table<V> {
  const slots = Array.from({ length: WIDTH }, (): [string, V][] => []);
  for (const entry of Object.entries(leaf)) slots[slotOf(hashOf(entry[0]), level)]?.push(entry);
  return slots.map((entries) => Object.fromEntries(entries));
}

const isBranch = <V>(table: Table<V>): table is readonly Table<V>[] => Array.isArray(table);

const slotOf = (hash: number, level: number): number => (hash >>> (level * BITS)) & (WIDTH - 1);

// FNV-1a over UTF-16 code units, mixed once more because only its upper bits are good
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
