import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '@tenon/platform';
import { cliErrors } from '../errors.js';
import type { Target } from '../api/client.js';

/** What the launcher leaves in the data folder for the command line. */
export interface InstanceFile extends Target {
  readonly file: string;
  /** A command started the instance, which ends with the last one that uses it. */
  readonly isForCommands?: boolean;
}

/** Reads `instance.json` of a data folder; undefined where none is. @throws cli.usage when it cannot be read */
export async function readInstanceFile({ folder }: Pick<Config['data'], 'folder'>): Promise<InstanceFile | undefined> {
  const file = path.join(folder, 'instance.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR')
      throw cliErrors.usage(`The data folder ${folder} is a file: set TENON_DATA_DIR to a folder.`, { cause });
    throw cliErrors.usage(
      `${file} cannot be read (${(cause as Error).message}): run the command as the user who runs Tenon.`,
      { cause },
    );
  }
  try {
    const { url, token, isForCommands } = JSON.parse(text) as Partial<InstanceFile>;
    if (typeof url === 'string' && URL.canParse(url) && typeof token === 'string')
      return { url: withoutSlash(url), token, file, ...(isForCommands === true && { isForCommands }) };
  } catch {
    // answered below
  }
  throw cliErrors.usage(`${file} does not name an instance: start Tenon once, which writes it anew.`);
}

/**
 * The instance that the environment names; undefined when it names none. A token of the data folder is shown to its own
 * instance only.
 * @throws cli.tokenRefused when the token is missing
 */
export async function findNamedTarget({ client, data }: Pick<Config, 'client' | 'data'>): Promise<Target | undefined> {
  if (!client.url) return undefined;
  const url = withoutSlash(client.url);
  if (client.token) return { url, token: client.token };
  const known = await readInstanceFile(data);
  if (known && new URL(known.url).origin === new URL(url).origin) return { url, token: known.token };
  throw cliErrors.tokenRefused(`TENON_URL is ${url}, and TENON_TOKEN is not set: set it to a token of that instance.`);
}

const withoutSlash = (url: string) => url.replace(/(?<!\/)\/+$/, '');
