import { readdirSync, readFileSync } from 'node:fs';
import { run } from './command.mjs';
import { at, root } from './place.mjs';

const MAX_LINES = 400;
const GENERATED =
  /^(package-lock\.json|apps\/api\/schema\.graphql|libs\/nodes\/src\/catalog\/|docs\/(configuration|errors|nodes)\.md$)/;
const COUNTED = /\.(ts|mjs|cjs|js|css|scss|html|sh|yml|yaml)$/;
const SKIPPED = new Set([
  'node_modules',
  'dist',
  '.nx',
  '.git',
  '.tenon',
  'tmp',
  'coverage',
  '__fixtures__',
  '__histories__',
  'examples',
]);

/** Every check, in the order of their speed: a name, and a function that returns the problems as text, or nothing. */
export const checks = [
  ['file length', async () => findLongFiles().join('\n')],
  ['format', () => problemsOf('npx', ['prettier', '--check', '--log-level', 'warn', '.'])],
  [
    'import cycles',
    () => problemsOf('npx', ['depcruise', '--output-type', 'err', 'libs', 'temporal', 'apps', 'bench', 'e2e']),
  ],
  ['generated files', () => findStale()],
];

/** The generators of `tools/`: each writes its files, and with `--check` only says which are out of date. */
export const generators = readdirSync(at('tools')).filter((name) => /^generate-.*\.ts$/.test(name));

/** Arguments of Node that run a TypeScript file of `tools/`. */
export const generatorArgs = (name, ...args) => [
  '--import',
  './tools/build/source.mjs',
  '--disable-warning=ExperimentalWarning',
  `tools/${name}`,
  ...args,
];

async function findStale() {
  const problems = [];
  for (const name of generators) problems.push(await problemsOf(process.execPath, generatorArgs(name, '--check')));
  return problems.filter(Boolean).join('\n');
}

async function problemsOf(file, args) {
  const { code, output } = await run(file, args);
  return code === 0 ? '' : output.trim() || `${file} ended with ${code}`;
}

function findLongFiles(folder = '') {
  const entries = readdirSync(at(folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const name = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : findLongFiles(name);
    if (!entry.isFile() || !COUNTED.test(name) || GENERATED.test(name)) return [];
    const lines = readFileSync(`${root}/${name}`, 'utf8').split('\n').length - 1;
    return lines > MAX_LINES ? [`${name} has ${lines} lines: the limit is ${MAX_LINES}.`] : [];
  });
}
