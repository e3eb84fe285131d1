#!/usr/bin/env node
// `npm run tenon -- …` and `npx --no-install tenon …`: the command line, set up first where it must be.
import { prepare } from './prepare.mjs';
import { at } from './place.mjs';
import { runMain } from './terminal.mjs';

await runMain(async () => {
  const code = await prepare(import.meta.url, { isBuilt: true });
  if (code !== undefined) return code;
  // npm runs scripts in the root: names of files are meant from where the person is, the data folder is the root's.
  process.env.TENON_DATA_DIR ||= at('.tenon');
  if (process.env.npm_lifecycle_event === 'tenon' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  await import(at('dist/apps/cli/main.js'));
  return process.exitCode;
});
