import type { Json } from '@tenon/base';
import fc from 'fast-check';
import { definitionFrom, parseDefinition } from './parse.js';
import { printDefinition } from './print.js';
import { fixtures } from './testing/fixtures.js';

const texts = [...fixtures('accepted'), ...fixtures('rejected')].map(({ text }) => text);
const scrap = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom(
    ': ',
    '- ',
    '&a ',
    '*a',
    '!!x ',
    '"',
    "'",
    '[',
    '}',
    '\n',
    '\t',
    '|\n',
    '? ',
    '<<: ',
    '# ',
    '\0',
    '$',
    '__proto__',
  ),
);

it('B54 answers any damaged text with a definition or with issues, and never throws', () => {
  const cuts = fc.array(fc.record({ at: fc.nat(2000), drop: fc.nat(8), scrap }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...texts), cuts, (text, changes) => {
      const damaged = changes.reduce(
        (whole, { at, drop, scrap: more }) =>
          whole.slice(0, at % whole.length) + more + whole.slice((at % whole.length) + drop),
        text,
      );
      const result = parseDefinition(damaged);
      if (!result.ok) return expect(result.issues.some(({ severity }) => severity === 'error')).toBe(true);
      const again = parseDefinition(printDefinition(result.definition, { secrets: 'strip' }));
      expect(again.ok).toBe(true);
    }),
    { numRuns: 400 },
  );
});

const documents = fixtures('accepted').flatMap(({ text }) => {
  const result = parseDefinition(text);
  return result.ok ? [result.definition] : [];
});
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(null, '', 0, [], {}, '__proto__', { $float: 'nan' }, { $secret: 'x' }, [null], [[]]),
);

it('B54 answers any damaged document with a definition or with issues, and never throws', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...documents),
      fc.array(fc.tuple(fc.nat(), junk), { maxLength: 4 }),
      (document, cuts) => {
        const damaged = structuredClone(document) as unknown as Record<string, Json>;
        for (const [at, value] of cuts) {
          const places = placesIn(damaged);
          const [owner, key] = places[at % places.length] as [Record<string, Json>, string];
          owner[key] = structuredClone(value);
        }
        const result = definitionFrom(damaged as Json);
        expect(result.ok || result.issues.some(({ severity }) => severity === 'error')).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
});

function placesIn(value: unknown): [object, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [[value, key] as [object, string], ...placesIn(member)]);
}
