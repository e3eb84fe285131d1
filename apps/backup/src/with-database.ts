import type { Config } from '@tenon/platform';
import { findLockHolder, marksOf, takeLock } from '@tenon/platform/processes';
import { startPostgres } from '@tenon/platform/servers';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { backupErrors } from './errors.js';

/**
 * Gives the address of the database of an instance: the one that the settings name, else the one that the launcher runs
 * on the data folder, else the one in the data folder, which is started for it and kept from everybody else meanwhile.
 * @throws backup.nothingThere, backup.notNow, postgres.*
 */
export async function withDatabase<T>(
  { data, database }: Pick<Config, 'data' | 'database'>,
  show: (state: string) => void,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (database.url) return work(database.url);
  const folder = path.join(data.folder, 'postgres');
  const { launcher } = marksOf(data.folder);
  if ((await findLockHolder(launcher)) !== undefined) return work(await findRunning(data.folder));
  if (!existsSync(path.join(folder, 'PG_VERSION')))
    throw backupErrors.nothingThere(
      `There is no Tenon in ${data.folder}: set TENON_DATA_DIR to its data folder, and with a Postgres of your own TENON_DATABASE_URL.`,
    );
  const lock = await takeLock(launcher).catch((cause: unknown) => {
    throw notNow(data.folder, cause);
  });
  try {
    show('starting the database');
    const password = await readPassword(data.folder);
    const server = await startPostgres({ folder, password, isDurable: true });
    try {
      return await work(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    await lock.release();
  }
}

/** The Postgres that a launcher runs says in its own file on which port it listens. */
async function findRunning(dataFolder: string): Promise<string> {
  const status = await readFile(path.join(dataFolder, 'status.json'), 'utf8').catch(() => '{}');
  const { processes = [] } = JSON.parse(status) as { processes?: readonly { name: string; state: string }[] };
  const postgres = processes.find(({ name }) => name === 'postgres');
  if (!postgres && processes.length > 0)
    throw backupErrors.notNow('Tenon runs with a Postgres of your own: set TENON_DATABASE_URL as for "npm start".');
  const [, , , port] = (await readFile(path.join(dataFolder, 'postgres/postmaster.pid'), 'utf8').catch(() => '')).split(
    '\n',
  );
  if (postgres?.state !== 'ready' || !port) throw notNow(dataFolder);
  return `postgres://tenon:${encodeURIComponent(await readPassword(dataFolder))}@127.0.0.1:${port.trim()}/tenon`;
}

async function readPassword(dataFolder: string): Promise<string> {
  const { password } = JSON.parse(await readFile(path.join(dataFolder, 'postgres.json'), 'utf8')) as {
    password: string;
  };
  return password;
}

function notNow(folder: string, cause?: unknown) {
  return backupErrors.notNow(`Tenon starts or ends on ${folder} at this moment: try again in a minute.`, { cause });
}
