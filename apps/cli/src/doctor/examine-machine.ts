import type { Config } from '@tenon/platform';
import { existsSync } from 'node:fs';
import { readFile, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { isTenonError } from '@tenon/base';
import { findLauncher } from '../instance/join-instance.js';
import { readInstanceFile } from '../instance/instance-file.js';
import { describeBytes } from '../render/quantity.js';
import { ok, trouble, warning, type Finding } from './finding.js';
import { readProcessHealth } from './process-health.js';

const GOOD_FREE_BYTES = 3e9;
const LEAST_FREE_BYTES = 300e6;

/** Looks at this computer: the data folder and what lies in it, who runs on it, and the disks. */
export async function examineMachine(config: Config): Promise<Finding[]> {
  const { folder, cacheFolder } = config.data;
  return [
    ok('node', process.versions.node),
    await examineFolder(folder),
    await examineInstanceFile(config),
    await examineLauncher(config),
    await examineDisk('disk of the data', folder),
    await examineDisk('disk of the cache', cacheFolder),
  ];
}

async function examineFolder(folder: string): Promise<Finding> {
  const what = 'data folder';
  if (!existsSync(folder))
    return warning(what, `${folder} is not there`, 'Start Tenon once, or set TENON_DATA_DIR to where it runs.');
  const found = await stat(folder);
  if (!found.isDirectory()) return trouble(what, `${folder} is a file`, 'Set TENON_DATA_DIR to a folder.');
  const { mode } = found;
  // its group may get through: as root, that is the one of Postgres
  if ((mode & 0o067) !== 0)
    return warning(what, `${folder}, open to others`, `It holds secrets and conversations: chmod g-rw,o= ${folder}.`);
  try {
    const { release } = JSON.parse(await readFile(path.join(folder, 'version.json'), 'utf8')) as { release: string };
    return ok(what, `${folder}, written by Tenon ${release}`);
  } catch {
    return warning(what, `${folder}, without a release`, 'Tenon was never ready there: start it once.');
  }
}

async function examineInstanceFile({ data }: Pick<Config, 'data'>): Promise<Finding> {
  const what = 'instance.json';
  try {
    const known = await readInstanceFile(data);
    if (!known) return warning(what, 'not there', 'Start Tenon once, which writes it.');
    const { mode } = await stat(known.file);
    if ((mode & 0o077) !== 0)
      return warning(what, `${known.url}, readable for others`, `It holds a token: chmod 600 ${known.file}.`);
    return ok(what, known.url);
  } catch (error) {
    if (!isTenonError(error)) throw error;
    return trouble(what, 'unreadable', error.message);
  }
}

async function examineLauncher(config: Config): Promise<Finding> {
  const pid = await findLauncher(config);
  if (pid !== undefined) return ok('launcher', `process ${pid}`);
  const errors = (await readProcessHealth(config.data.folder)).flatMap(({ name, lastError }) =>
    lastError ? [`${name}: ${lastError}`] : [],
  );
  const last = errors.length > 0 ? `; last time: ${errors.join('; ')}` : '';
  return warning('launcher', `none runs on the data folder${last}`, 'Start Tenon with "npm start".');
}

async function examineDisk(what: string, folder: string): Promise<Finding> {
  let existing = folder;
  while (!existsSync(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const freeBytes = bavail * bsize;
  const state = `${describeBytes(freeBytes)} free at ${existing}`;
  if (freeBytes < LEAST_FREE_BYTES)
    return trouble(what, state, `Free ${describeBytes(LEAST_FREE_BYTES)}: Tenon does not start below that.`);
  if (freeBytes < GOOD_FREE_BYTES) return warning(what, state, 'Free some space: a local model needs up to 3 GB.');
  return ok(what, state);
}
