import { defineErrors } from '@tenon/base';
import type { RenewableKeys, SealingKey, SealingKeys } from '@tenon/ports';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from './config.js';
import { pinSecret } from './known-secrets.js';

/** The keys that seal credentials cannot be used, or not be renewed. */
export const secretKeyErrors = defineErrors('secretKey', { unreadable: 'invalid', givenFromOutside: 'invalid' });

/**
 * The keys that seal stored credentials: those of `TENON_SECRET_KEY` and `TENON_SECRET_KEY_PREVIOUS`, else those of the
 * file `secret.key` of the data folder, one a line. The file is made, readable by its owner only, when it is missing;
 * processes that start at the same moment agree.
 * @throws secretKey.unreadable
 */
export async function loadSecretKeys({ secrets, data }: Pick<Config, 'secrets' | 'data'>): Promise<RenewableKeys> {
  if (secrets.key) return new GivenKeys([secrets.key, ...secrets.previousKeys]);
  const file = path.join(data.folder, 'secret.key');
  await mkdir(data.folder, { recursive: true });
  await createOnce(file, textOf([newKey()]));
  return new KeyFile(file, await readKeys(file));
}

/**
 * The same keys, of an instance that has been started before: a file that is missing is lost, and none is made.
 * @throws secretKey.unreadable
 */
export async function readSecretKeys({ secrets, data }: Pick<Config, 'secrets' | 'data'>): Promise<SealingKeys> {
  if (secrets.key) return new GivenKeys([secrets.key, ...secrets.previousKeys]);
  const file = path.join(data.folder, 'secret.key');
  if (existsSync(file)) return new KeyFile(file, await readKeys(file));
  throw secretKeyErrors.unreadable(
    `There is no key in ${file}: set TENON_SECRET_KEY as for "npm start", or put the file back.`,
  );
}

/** Keys that whoever starts Tenon keeps, and alone can change. */
class GivenKeys implements RenewableKeys {
  readonly source = 'TENON_SECRET_KEY';
  private readonly keys: readonly SealingKey[];

  constructor(keys: readonly string[]) {
    this.keys = keys.map(toKey);
  }

  list(): readonly SealingKey[] {
    return this.keys;
  }

  async reload(): Promise<void> {
    // they are the same until the next start
  }

  async renew(): Promise<void> {
    if (this.keys.length > 1) return;
    throw secretKeyErrors.givenFromOutside(
      'The key comes from TENON_SECRET_KEY: start Tenon with a new one there and the present one in TENON_SECRET_KEY_PREVIOUS, then ask again. Where processes are started one after the other, start them all with the new one as the previous one before that.',
    );
  }

  async dropOld(): Promise<void> {
    // whoever gave them takes them away
  }
}

/** Keys in a file that every process of the instance reads. */
class KeyFile implements RenewableKeys {
  readonly source: string;
  private keys: readonly string[];

  constructor(file: string, keys: readonly string[]) {
    this.source = file;
    this.keys = keys;
  }

  list(): readonly SealingKey[] {
    return this.keys.map(toKey);
  }

  async reload(): Promise<void> {
    this.keys = await readKeys(this.source);
  }

  async renew(): Promise<void> {
    await this.reload();
    if (this.keys.length === 1) await this.write([newKey(), ...this.keys]);
  }

  async dropOld(): Promise<void> {
    await this.reload();
    if (this.keys.length > 1) await this.write(this.keys.slice(0, 1));
  }

  private async write(keys: readonly string[]): Promise<void> {
    await replaceWhole(this.source, textOf(keys));
    this.keys = keys;
  }
}

const newKey = () => randomBytes(32).toString('hex');
const textOf = (keys: readonly string[]) => keys.map((key) => `${key}\n`).join('');

function toKey(hex: string): SealingKey {
  pinSecret(hex);
  const bytes = Buffer.from(hex, 'hex');
  const id = createHash('sha256').update('tenon sealing key\0').update(bytes).digest('hex').slice(0, 16);
  return { id, bytes };
}

/** @throws secretKey.unreadable */
async function readKeys(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw secretKeyErrors.unreadable(`${file} cannot be read (${cause.code}): restore it from a backup.`, { cause });
  });
  const keys = text.split('\n').flatMap((line) => line.trim() || []);
  if (keys.length === 0 || !keys.every((key) => /^[0-9a-f]{64}$/i.test(key)))
    throw secretKeyErrors.unreadable(`${file} does not hold a key of 64 hexadecimal digits: restore it from a backup.`);
  return keys;
}

// A link appears with its whole content or not at all, so nobody reads a half-written key.
async function createOnce(file: string, content: string): Promise<void> {
  if (existsSync(file)) return;
  const draft = await writeDraft(file, content);
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  await flushFolder(file);
}

async function replaceWhole(file: string, content: string): Promise<void> {
  await rename(await writeDraft(file, content), file);
  await flushFolder(file);
}

async function writeDraft(file: string, content: string): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, content, { mode: 0o600, flag: 'wx', flush: true });
  return draft;
}

/** A new name outlasts a power cut only when its folder is on the disk: nothing may be sealed before. */
async function flushFolder(file: string): Promise<void> {
  const folder = await open(path.dirname(file));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
