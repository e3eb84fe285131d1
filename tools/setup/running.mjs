import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findMark } from './marks.mjs';
import { at } from './place.mjs';
import { SetupError } from './terminal.mjs';

/** The data folder that the environment names, a relative one from `folder`; else `.tenon` of the repository. */
export function dataFolderFrom(folder) {
  const given = process.env.TENON_DATA_DIR;
  return given ? path.resolve(folder, given) : at('.tenon');
}

/** The process of the launcher that runs on a data folder; undefined when none does. */
export function findLauncher(dataFolder) {
  return findMark(path.join(dataFolder, 'launcher.lock'));
}

/** Fails when an instance runs on the data folder: what it runs from must not be installed or built anew under it. */
export function refuseSecondStart(dataFolder) {
  const pid = findLauncher(dataFolder);
  if (pid === undefined) return;
  throw new SetupError(
    `Tenon already runs${findAddress(dataFolder)} (process ${pid}, data folder ${dataFolder}): use that one, stop it first, or set TENON_DATA_DIR to another folder.`,
  );
}

// An instance that starts for the first time has not said where yet.
function findAddress(dataFolder) {
  const file = path.join(dataFolder, 'instance.json');
  try {
    return existsSync(file) ? ` at ${JSON.parse(readFileSync(file, 'utf8')).url}` : '';
  } catch {
    return '';
  }
}
