import { defineErrors } from '@tenon/base';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from './config.js';

/** The key that seals credentials cannot be used. */
export const secretKeyErrors = defineErrors('secretKey', { unreadable: 'invalid' });

/**
 * The 32 bytes that seal stored credentials: from `TENON_SECRET_KEY`, else from the file `secret.key` of the data
 * folder, which is made (readable by its owner only) when it is missing. Processes that start at the same moment agree.
 * @throws secretKey.unreadable
 */
export async function loadSecretKey(config: Pick<Config, 'secrets' | 'data'>): Promise<Buffer> {
  if (config.secrets.key) return Buffer.from(config.secrets.key, 'hex');
  const file = path.join(config.data.folder, 'secret.key');
  await mkdir(config.data.folder, { recursive: true });
  await createOnce(file, `${randomBytes(32).toString('hex')}\n`);
  const text = (await readFile(file, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw secretKeyErrors.unreadable(`${file} does not hold a key of 64 hexadecimal digits: restore it from a backup.`);
  }
  return Buffer.from(text, 'hex');
}

// A link appears with its whole content or not at all, so nobody reads a half-written key.
async function createOnce(file: string, content: string): Promise<void> {
  if (existsSync(file)) return;
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, content, { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
}
