import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './command.mjs';
import { runAlone } from './marks.mjs';
import { at, root, setupLock } from './place.mjs';
import { SetupError, step } from './terminal.mjs';

const SOURCES = ['libs', 'apps', 'temporal', 'tools/build'];
const SINGLE = ['package-lock.json', 'tsconfig.base.json', 'tsconfig.angular.json', 'nx.json'];
const SKIPPED = new Set(['node_modules', 'dist', 'testing', '__fixtures__', '__histories__', 'coverage']);
const stamp = at('dist/.stamp');

/** Whether the last build was of the sources as they are. */
export function isBuilt(hash = hashSources()) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
}

/** Builds every process when a source has changed since the last build. */
export async function ensureBuilt() {
  if (!isBuilt()) await runAlone(setupLock, build);
}

async function build() {
  const hash = hashSources();
  if (isBuilt(hash)) return; // by whoever we waited for
  await step('Building', async (show) => {
    let done = 0;
    const onLine = (line) => {
      if (/^\s*(✔|✖|>)\s+nx run \S+:build/.test(line)) show(`${(done += 1)} done`);
    };
    const { code, output } = await run(
      'npx',
      ['nx', 'run-many', '-t', 'build', '--parallel', '2', '--output-style', 'static'],
      { onLine },
    );
    if (code !== 0) throw new SetupError(`The build failed:\n${output.trim()}`);
  });
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

/** By content, not by time: a checkout touches every file. Tests do not count. */
function hashSources() {
  const hash = createHash('sha256');
  for (const file of [...SINGLE, ...SOURCES.flatMap((folder) => listFiles(folder))]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function listFiles(folder) {
  const entries = readdirSync(at(folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : listFiles(name);
    return entry.isFile() && !/\.(spec|e2e)\.ts$|\.md$/.test(entry.name) ? [name] : [];
  });
}
