import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

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

const TITLE = /^(?:[A-EHMNQ-W]\d{1,2}\b[ ,]*(?:and )?)+/;

/** Numbers at the beginning of titles of tests, several as in `B13 B16 …`. What is skipped proves nothing. */
function rowsIn(text: string): string[] {
  const rows: string[] = [];
  const read = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const { isTest, isSkipped } = calledBy(node.expression);
      if (isSkipped) return;
      const [title] = node.arguments;
      if (isTest && title && ts.isStringLiteralLike(title))
        rows.push(...(TITLE.exec(title.text)?.[0].match(/[A-EHMNQ-W]\d{1,2}/g) ?? []));
    }
    ts.forEachChild(node, read);
  };
  read(ts.createSourceFile('a.spec.ts', text, ts.ScriptTarget.Latest));
  return rows;
}

/** Whether this is one of Jest's functions that take a title, as `it`, `it.each(…)` or `describe.skip`. */
function calledBy(called: ts.Expression): { readonly isTest: boolean; readonly isSkipped: boolean } {
  if (ts.isIdentifier(called))
    return { isTest: /^(it|test|describe)$/.test(called.text), isSkipped: /^(xit|xtest|xdescribe)$/.test(called.text) };
  if (ts.isCallExpression(called)) return calledBy(called.expression);
  if (ts.isTaggedTemplateExpression(called)) return calledBy(called.tag);
  if (!ts.isPropertyAccessExpression(called)) return { isTest: false, isSkipped: false };
  const { isTest, isSkipped } = calledBy(called.expression);
  return { isTest, isSkipped: isSkipped || (isTest && /^(skip|todo|failing)$/.test(called.name.text)) };
}

function rowsInTests(): Set<string> {
  const specs = ['libs', 'temporal', 'apps', 'bench', 'e2e', 'tools'].flatMap((folder) =>
    sourcesIn(folder, '.spec.ts'),
  );
  return new Set(specs.flatMap(rowsIn));
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

it('only what Jest runs proves a row', () => {
  const proving = [
    "it('B1 B2, B3 and B4 x', f)",
    "describe('B1 x', f)",
    'test.each([1])(`B1 x`, f)',
    "it.each`a`('B1 x', f)",
  ];
  expect(proving.map(rowsIn)).toEqual([['B1', 'B2', 'B3', 'B4'], ['B1'], ['B1'], ['B1']]);
  const others = [
    ...["it.skip('B1 x', f)", "it.todo('B1 x')", "xit('B1 x', f)", "describe.skip('x', () => it('B1 x', f))"],
    ...["describe.skip.each([1])('B1 x', f)", "streams('B1', 'B2')", "// it('B1 x')", "it('x B1', f)"],
  ];
  expect(others.flatMap(rowsIn)).toEqual([]);
});
