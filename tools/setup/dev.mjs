// `npm run dev`: `npm start`, and every change of a source is built and the processes that it concerns start again.
import { watch } from 'node:fs';
import { ensureBuilt } from './build.mjs';
import { at, root } from './place.mjs';
import { prepare } from './prepare.mjs';
import { dataFolderFrom, refuseSecondStart } from './running.mjs';
import { runMain, SetupError } from './terminal.mjs';

const QUIET_MS = 300;

await runMain(async () => {
  refuseSecondStart(dataFolderFrom(root));
  const code = await prepare(import.meta.url, { isBuilt: true });
  if (code !== undefined) return code;
  for (const folder of ['libs', 'apps', 'temporal'])
    watch(at(folder), { recursive: true }, (_, name) => note(name ?? ''));
  process.chdir(at());
  process.argv.push('--watch');
  await import(at('dist/apps/launcher/main.js'));
  return process.exitCode;
});

let timer;
let building = Promise.resolve();

function note(name) {
  if (!/\.(ts|mjs|json|html|scss|graphql)$/.test(name) || name.includes('node_modules')) return;
  clearTimeout(timer);
  timer = setTimeout(() => (building = building.then(build)), QUIET_MS);
}

/** The launcher sees which processes have changed. A mistake is shown and waits for its correction. */
async function build() {
  try {
    await ensureBuilt();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
  }
}
