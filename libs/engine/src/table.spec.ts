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

  it('reads any record', () => {
    const record = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]));
    expect(findIn(record, 'k77')).toBe(77);
    expect(findIn(record, 'toString')).toBeUndefined();
  });
});
