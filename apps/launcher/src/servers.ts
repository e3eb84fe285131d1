import { rememberSecret, type Config } from '@tenon/platform';
import {
  fetchTemporalBySdk,
  findFreePort,
  findTemporal,
  prepareNamespace,
  startPostgres,
  startTemporal,
  type PostgresServer,
} from '@tenon/platform/servers';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from './data-folder.js';
import type { Running } from './running.js';
import { amount, type ShowState } from './terminal.js';

type Env = Readonly<Record<string, string | undefined>>;
type OnLine = (line: string) => void;

/** Starts the embedded Postgres again and again on the same port; its password lies in the data folder. */
export async function createPostgresStart(
  { data }: Pick<Config, 'data'>,
  onLine: OnLine,
): Promise<() => Promise<PostgresServer>> {
  const password = await loadPassword(path.join(data.folder, 'postgres.json'));
  const port = await findFreePort();
  return () => startPostgres({ folder: path.join(data.folder, 'postgres'), password, port, isDurable: true, onLine });
}

async function loadPassword(file: string): Promise<string> {
  const password = await readPassword(file);
  rememberSecret(password);
  return password;
}

async function readPassword(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) return (JSON.parse(text) as { password: string }).password;
  const password = randomBytes(24).toString('base64url');
  await writeWhole(file, { password });
  return password;
}

/** Finds or fetches the Temporal server, and gives what starts it again and again on the same port. */
export async function createTemporalStart(
  { data, temporal }: Pick<Config, 'data' | 'temporal'>,
  env: Env,
  show: ShowState,
  onLine: OnLine,
): Promise<{ address: string; start: () => Promise<Running> }> {
  const program = await findTemporal({
    cacheFolder: data.cacheFolder,
    env,
    report: ({ what, doneBytes, totalBytes }) =>
      show(doneBytes === undefined ? what : `${what}, ${amount(doneBytes, totalBytes)}`),
    fetchBySdk: fetchTemporalBySdk,
  });
  const port = await findFreePort();
  const databaseFile = path.join(data.folder, 'temporal.db');
  const start = async (): Promise<Running> => {
    const server = await startTemporal({ program, databaseFile, namespace: temporal.namespace, port, onLine });
    const lost = `${databaseFile} was removed while the Temporal server uses it: stop Tenon and restore the file, or runs under way are lost.`;
    return { ...server, findProblem: async () => ((await server.isFileInPlace()) ? undefined : lost) };
  };
  return { address: `127.0.0.1:${port}`, start };
}

/** Makes a Temporal server that somebody else runs ready for Tenon. */
export function prepareGivenTemporal(address: string, namespace: string): Promise<void> {
  return prepareNamespace(address, namespace, { withinMs: 10_000 });
}
