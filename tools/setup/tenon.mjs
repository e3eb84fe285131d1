#!/usr/bin/env node
// `npm run tenon -- …` and `npx --no-install tenon …`: the command line, set up first where it must be.
import { existsSync } from 'node:fs';
import { at } from './place.mjs';
import { prepare } from './prepare.mjs';
import { dataFolderFrom, findLauncher } from './running.mjs';
import { runMain } from './terminal.mjs';

// npm runs scripts in the root: names of files are meant from where the person is, the data folder is the root's.
const here = (process.env.npm_lifecycle_event === 'tenon' && process.env.INIT_CWD) || process.cwd();
const NEEDED = [at('dist/apps/cli/main.js'), at('node_modules/.package-lock.json')];

await runMain(async () => {
  const dataFolder = dataFolderFrom(here);
  const isKept = findLauncher(dataFolder) !== undefined && NEEDED.every((file) => existsSync(file));
  const code = await prepare(import.meta.url, { isBuilt: true, isKept });
  if (code !== undefined) return code;
  process.env.TENON_DATA_DIR = dataFolder;
  process.chdir(here);
  await import(at('dist/apps/cli/main.js'));
  return process.exitCode;
});
