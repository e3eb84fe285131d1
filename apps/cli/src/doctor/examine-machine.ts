import type { Config } from '@tenon/platform';
import { existsSync } from 'node:fs';
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { isTenonError } from '@tenon/base';
import { readInstanceFile } from '../instance/instance-file.js';
import { describeBytes } from '../render/quantity.js';
import { examineLauncher } from './examine-launcher.js';
import { readStatus } from './process-health.js';
import { examineRuntimes } from './examine-runtimes.js';
import { ok, sign, trouble, warning, type Finding } from './finding.js';

const GOOD_FREE_BYTES = 3e9;
const LEAST_FREE_BYTES = 300e6;

/** Looks at this computer: the data folder and what lies in it, who runs on it, and the disks. */
export async function examineMachine(config: Config): Promise<Finding[]> {
  const { folder, cacheFolder } = config.data;
  const start = (await readStatus(folder))?.start;
  const objectsFolder = start?.objectsFolder ?? config.data.objectsFolder;
  const areObjectsApart = path.relative(folder, objectsFolder).startsWith('..');
  return [
    ok('node', process.versions.node),
    await examineFolder(folder),
    await examineInstanceFile(config),
    await examineKey(config, start?.sealingKey),
    ...(await examineLauncher(config)),
    examineRuntimes(),
    await examineDisk('disk of the data', folder),
    ...(areObjectsApart ? [await examineDisk('disk of the files', objectsFolder)] : []),
    await examineDisk('disk of the cache', cacheFolder),
  ];
}

async function examineFolder(folder: string): Promise<Finding> {
  const what = 'data folder';
  if (!existsSync(folder))
    return warning(what, `${folder} is not there`, 'Start Tenon once, or set TENON_DATA_DIR to where it runs.');
  const found = await stat(folder);
  if (!found.isDirectory()) return trouble(what, `${folder} is a file`, 'Set TENON_DATA_DIR to a folder.');
  const { mode, uid } = found;
  if (!(await isOpenTo(folder)))
    return sign('folderClosed', what, `${folder} belongs to the user ${uid} and cannot be written by this one`);
  // its group may get through: as root, that is the one of Postgres
  if ((mode & 0o067) !== 0)
    return warning(what, `${folder}, open to others`, `It holds secrets and conversations: chmod g-rw,o= ${folder}.`);
  try {
    const { release } = JSON.parse(await readFile(versionFile(folder), 'utf8')) as { release: string };
    return ok(what, `${folder}, written by Tenon ${release}`);
  } catch {
    return warning(what, `${folder}, without a release`, 'Tenon was never ready there: start it once.');
  }
}

function isOpenTo(folder: string): Promise<boolean> {
  return access(folder, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

const versionFile = (folder: string) => path.join(folder, 'version.json');

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

/**
 * Whether there is a key; nothing of it is kept or shown.
 * @param lastSource  where the one of the last start came from
 */
async function examineKey(
  { data, secrets }: Pick<Config, 'data' | 'secrets'>,
  lastSource: string | undefined,
): Promise<Finding> {
  const what = 'sealing key';
  if (secrets.key) return ok(what, 'from TENON_SECRET_KEY');
  const file = path.join(data.folder, 'secret.key');
  try {
    const keys = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    const isWhole = keys.length > 0 && keys.every((key) => /^[0-9a-f]{64}$/i.test(key.trim()));
    return isWhole ? ok(what, file) : sign('secretKey', what, `${file} does not hold a key of 64 hexadecimal digits`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return sign('folderClosed', what, `${file} cannot be read (${code})`);
    if (lastSource === 'TENON_SECRET_KEY')
      return ok(what, 'TENON_SECRET_KEY of the last start, which every start needs');
    if (!existsSync(versionFile(data.folder))) return ok(what, 'none yet; the first start makes one');
    return sign('secretKey', what, `${file} is gone, and a start would make one that opens nothing of before`);
  }
}

async function examineDisk(what: string, folder: string): Promise<Finding> {
  let existing = folder;
  while (!existsSync(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const freeBytes = bavail * bsize;
  const state = `${describeBytes(freeBytes)} free at ${existing}`;
  const least = describeBytes(LEAST_FREE_BYTES);
  if (freeBytes < LEAST_FREE_BYTES) return sign('diskFull', what, `${state}; Tenon does not start below ${least}`);
  if (freeBytes < GOOD_FREE_BYTES) return warning(what, state, 'Free some space: a local model needs up to 3 GB.');
  return ok(what, state);
}
