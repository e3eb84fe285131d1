import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/* The page of promises lists numbered rows; each of them is a test, or is said to be open. */

const root = path.resolve(__dirname, '..');
const page = readFileSync(path.join(root, 'docs/reliability.md'), 'utf8');

/** Numbers in the first column of the tables of a section, given by its heading. */
function rowsOf(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.includes(heading)) ?? '';
  return [...section.matchAll(/^\| ([A-EHMNQ-W]\d{1,2}) +\|/gm)].map(([, row]) => row as string);
}

const isOurs = (file: string) => !/(^|\/)(node_modules|dist|tmp)\//.test(file);
const sourcesIn = (folder: string, suffix: string) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(suffix) && isOurs(file))
    .map((file) => readFileSync(path.join(root, folder, file), 'utf8'));

/** Numbers at the beginning of titles of tests, several as in `B13 B16 …`. */
function rowsInTests(): Set<string> {
  const specs = ['libs', 'temporal', 'apps', 'bench', 'e2e', 'tools'].flatMap((folder) =>
    sourcesIn(folder, '.spec.ts'),
  );
  const titles = specs.flatMap((text) => [...text.matchAll(/\(\s*(?:'|"|`)((?:[A-EHMNQ-W]\d{1,2}\b[ ,]*(?:and )?)+)/g)]);
  return new Set(titles.flatMap(([, rows]) => (rows as string).match(/[A-EHMNQ-W]\d{1,2}/g) ?? []));
}

/** Cells of the harness. */
function cellsOfFaults(): Set<string> {
  const texts = sourcesIn('bench/faults/src/cells', '.ts');
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/cell: '([A-EHMNQ-W]\d{1,2})'/g)].map(([, cell]) => cell as string)),
  );
}

const held = [...rowsOf('Faults'), ...rowsOf('Hostile input')];
const open = rowsOf('open');
const proven = new Set([...rowsInTests(), ...cellsOfFaults()]);

it('lists no row twice', () => {
  expect(held.length).toBeGreaterThan(60);
  expect(new Set([...held, ...open]).size).toBe(held.length + open.length);
});

it('every row that holds is a test or a cell of the harness', () => {
  expect(held.filter((row) => !proven.has(row))).toEqual([]);
});

it('no row that is proven is called open or left out', () => {
  const listed = new Set([...held, ...rowsOf('Promises')]);
  expect([...proven].filter((row) => !listed.has(row))).toEqual([]);
});
