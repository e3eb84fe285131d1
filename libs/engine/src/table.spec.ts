import fc from 'fast-check';
import { entriesIn, findIn, putIn, type Table } from './table.js';

const keys = fc.oneof(
  fc.string(),
  fc.integer({ min: 0, max: 500 }).map(String),
  fc.constantFrom('__proto__', 'constructor'),
);

describe('a table', () => {
  it('holds what a map would hold, also after a trip through JSON, and leaves older tables alone', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.integer()), { maxLength: 400 }), (entries) => {
        let table: Table<number> = {};
        for (const [key, value] of entries) {
          const before = JSON.stringify(table);
          const next: Table<number> = putIn(table, key, value);
          expect(JSON.stringify(table)).toBe(before);
          table = next;
        }
        const map = new Map(entries);
        const copy = JSON.parse(JSON.stringify(table)) as Table<number>;
        for (const [key, value] of map) expect([findIn(table, key), findIn(copy, key)]).toEqual([value, value]);
        expect(new Map(entriesIn(table))).toEqual(map);
        expect(findIn(table, 'absent key')).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it('stays flat enough for ten thousand entries', () => {
    let table: Table<number> = {};
    for (let i = 0; i < 10_000; i++) table = putIn(table, `node${i}`, i);
    const depth = (node: Table<number>): number => (Array.isArray(node) ? 1 + Math.max(...node.map(depth)) : 0);
    expect(depth(table)).toBeLessThanOrEqual(5);
    expect(findIn(table, 'node9999')).toBe(9999);
  });

  it('does not grow deep on keys that are made to collide', () => {
    let table: Table<number> = {};
    const colliding = collidingKeys(6);
    expect(new Set(colliding).size).toBe(64);
    colliding.forEach((key, i) => (table = putIn(table, key, i)));
    expect(colliding.map((key) => findIn(table, key))).toEqual(colliding.map((_, i) => i));
    const depth = (node: Table<number>): number => (Array.isArray(node) ? 1 + Math.max(...node.map(depth)) : 0);
    expect(depth(table)).toBe(8);
  });

  it('reads any record', () => {
    const record = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]));
    expect(findIn(record, 'k77')).toBe(77);
    expect(findIn(record, 'toString')).toBeUndefined();
  });
});

/** Strings of one FNV-1a hash: in each block, either of two pairs of units leads from one state to the same next one. */
function collidingKeys(blocks: number): string[] {
  const step = (hash: number, unit: number) => Math.imul(hash ^ unit, 0x01000193) >>> 0;
  let keys = [''];
  let hash = 0x811c9dc5;
  for (let block = 0; block < blocks; block++) {
    const seen = new Map<number, number>();
    for (let unit = 0; unit < 0xd800; unit++) {
      const after = step(hash, unit);
      const twin = seen.get(after >>> 16);
      seen.set(after >>> 16, unit);
      if (twin === undefined) continue;
      const [one, two] = [step(hash, twin), after];
      const pairs = [String.fromCharCode(twin, 0x41), String.fromCharCode(unit, 0x41 ^ ((one ^ two) & 0xffff))];
      keys = keys.flatMap((key) => pairs.map((pair) => key + pair));
      hash = step(one, 0x41);
      break;
    }
  }
  return keys;
}
