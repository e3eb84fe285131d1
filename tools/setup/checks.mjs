import { readdirSync } from 'node:fs';
import { run } from './command.mjs';
import { findBadNames, findLongFiles } from './file-rules.mjs';
import { at } from './place.mjs';

/** Every check, in the order of their speed: a name, and a function that returns the problems as text, or nothing. */
export const checks = [
  ['file length', async () => findLongFiles().join('\n')],
  ['file names', async () => findBadNames().join('\n')],
  ['format', () => problemsOf('npx', ['prettier', '--check', '--log-level', 'warn', '.'])],
  [
    'import cycles',
    () => problemsOf('npx', ['depcruise', '--output-type', 'err', 'libs', 'temporal', 'apps', 'bench', 'e2e']),
  ],
  [
    'lock file',
    () => problemsOf('npm', ['ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']),
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
