// `npm start`: sets up what is missing, then runs everything under the launcher until Ctrl-C.
import { prepare } from './prepare.mjs';
import { at, root } from './place.mjs';
import { dataFolderFrom, refuseSecondStart } from './running.mjs';
import { runMain } from './terminal.mjs';

await runMain(async () => {
  refuseSecondStart(dataFolderFrom(root));
  const code = await prepare(import.meta.url, { isBuilt: true });
  if (code !== undefined) return code;
  // The launcher takes over this process: it listens to its signals and sets its exit code.
  process.chdir(at());
  await import(at('dist/apps/launcher/main.js'));
  return process.exitCode;
});
