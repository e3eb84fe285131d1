import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  // Decisions are not edited: the files that they name may be gone.
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (page: string) => readFileSync(path.join(root, page), 'utf8');
const isThere = (name: string) => existsSync(path.join(root, name));

const LINK = /\]\(([^)\s]+)\)/g;
/** A path from the root, in code style; patterns and placeholders are not meant as paths. */
const PATH = /`((?:libs|temporal|apps|tools|bench|e2e|docs|examples|deploy)\/[\w./-]+)`/g;
const SCRIPT = /npm run ([a-z][\w:-]*)/g;

const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name]) => name as string);

describe.each(pages)('%s', (page) => {
  const text = read(page);

  it('links to files that are there', () => {
    const targets = found(text, LINK).filter((target) => !/^https?:/.test(target));
    const missing = targets.filter((target) => !isThere(path.join(path.dirname(page), target.split('#')[0] as string)));
    expect(missing).toEqual([]);
  });

  it('names files that are there', () => {
    expect(found(text, PATH).filter((name) => !isThere(name) && !name.includes('NNNN'))).toEqual([]);
  });

  it('names scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(found(text, SCRIPT).filter((name) => !(name in scripts))).toEqual([]);
  });
});

it('the page of architecture names every file that it lists in its tree', () => {
  const tree = /## 5\. Folders\n+```\n([\s\S]*?)```/.exec(read('docs/architecture.md'))?.[1] ?? '';
  let area = '';
  let folder = '';
  const missing: string[] = [];
  for (const line of tree.split('\n').filter(Boolean)) {
    const top = /^(\w+)\//.exec(line);
    const inside = /^[├└]─ ([\w-]+)\//.exec(line);
    if (top) area = folder = `${top[1]}/`;
    else if (inside) folder = `${area}${inside[1]}/`;
    for (const name of line.match(/[\w.-]+\.ts\b/g) ?? []) {
      const places = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
      if (!places.some((place) => !place.includes('node_modules') && place.endsWith(`/${name}`)))
        missing.push(`${folder}: ${name}`);
    }
  }
  expect(tree).not.toBe('');
  expect(missing).toEqual([]);
});
