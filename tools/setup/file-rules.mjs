import { readdirSync, readFileSync } from 'node:fs';
import { at } from './place.mjs';

const MAX_LINES = 400;
const GENERATED =
  /^(package-lock\.json|apps\/api\/schema\.graphql|libs\/nodes\/src\/catalog\/|docs\/(configuration|errors|nodes|troubles)\.md$|.+\.generated\.ts$)/;
const COUNTED = /\.(ts|mjs|cjs|js|css|scss|html|sh|yml|yaml)$/;
const CODE = /\.(ts|mjs|cjs|js)$/;
const KEBAB_CASE = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
/** Words that say nothing: whoever reaches for one has not named the concept yet. */
const EMPTY_WORDS = ['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'misc', 'manager', 'types'];
/** GraphQL object types of a feature, `run.types.ts`: the one suffix that is an empty word elsewhere. */
const GRAPHQL_TYPES = /^apps\/api\/src\/[a-z-]+\/[a-z-]+\.types\.ts$/;
const SKIPPED = new Set([
  'node_modules',
  'dist',
  '.nx',
  '.angular',
  '.git',
  '.tenon',
  'tmp',
  'coverage',
  '__fixtures__',
  '__histories__',
  'examples',
]);

/** Files of the repository that are longer than the limit, one sentence each. */
export function findLongFiles() {
  return listFiles()
    .filter((name) => COUNTED.test(name) && !GENERATED.test(name))
    .map((name) => ({ name, lines: readFileSync(at(name), 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ name, lines }) => `${name} has ${lines} lines: the limit is ${MAX_LINES}.`);
}

/** Files of code whose names break the rules of docs/architecture.md, one sentence each. */
export function findBadNames() {
  return listFiles()
    .filter((name) => CODE.test(name))
    .map(problemOfName)
    .filter((problem) => problem !== undefined);
}

/** What is wrong with the name of a file of code, given from the root: one sentence, or nothing. */
export function problemOfName(name) {
  const parts = name.split('/');
  if (!KEBAB_CASE.test(parts.at(-1))) return `${name}: names of files are kebab-case.`;
  if (GRAPHQL_TYPES.test(name)) return undefined;
  const words = parts.flatMap((part) => part.split(/[.-]/));
  const word = words.find((one) => EMPTY_WORDS.includes(one));
  return word && `${name}: "${word}" says nothing; name the file after what it holds.`;
}

function listFiles(folder = '') {
  return readdirSync(at(folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : listFiles(name);
    return entry.isFile() ? [name] : [];
  });
}
