import { isTenonError } from '@tenon/base';
import { checkSealingKeys, type Database } from '@tenon/database';
import { readSecretKeys, type Config } from '@tenon/platform';
import { backupErrors } from './errors.js';

/** The keys that open stored secrets, the newest first, as lines of their file. @throws secretKey.unreadable */
export async function readKeyLines(config: Config): Promise<readonly string[]> {
  return (await readSecretKeys(config)).list().map(({ bytes }) => `${Buffer.from(bytes).toString('hex')}\n`);
}

/**
 * Makes sure that the keys that the backup will hold open what is sealed.
 * @throws backup.wrongKey, secretKey.unreadable
 */
export async function checkKeys(config: Config, database: Database): Promise<void> {
  try {
    // a second look, since the key may be renewed between reading it and asking the database
    await check(config, database).catch(() => check(config, database));
  } catch (cause) {
    if (!isTenonError(cause) || cause.code !== 'secret.wrongKey') throw cause;
    const message =
      'The stored secrets are sealed with another key: set TENON_SECRET_KEY as for "npm start", or put the right secret.key back.';
    throw backupErrors.wrongKey(message, { cause });
  }
}

async function check(config: Config, database: Database): Promise<void> {
  await checkSealingKeys(database, await readSecretKeys(config));
}
