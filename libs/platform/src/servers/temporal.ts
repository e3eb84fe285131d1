import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { choosePort } from './free-port.js';
import { takeLock } from './lock-file.js';
import { endProcess, findProcess, isSameProcess, type ProcessIdentity } from './process-table.js';
import { startServerProcess, type ServerProcess } from './server-process.js';
import { temporalErrors } from './temporal-errors.js';
import { prepareNamespace } from './temporal-namespace.js';

const HOST = '127.0.0.1';

/** Where and how the Temporal server runs. */
export interface TemporalOptions {
  /** The `temporal` program, see `findTemporal`. */
  readonly program: string;
  /** SQLite file with everything it knows; made when it is missing. */
  readonly databaseFile: string;
  readonly namespace: string;
  /** One that is free when left out. */
  readonly port?: number;
  readonly onLine?: (line: string) => void;
}

/** A Temporal server that serves its namespace. */
export interface TemporalServer extends ServerProcess {
  /** `127.0.0.1:port`. */
  readonly address: string;
  readonly port: number;
  /** False when the database file was removed or replaced under the server, which goes on and loses everything at its end. */
  readonly isFileInPlace: () => Promise<boolean>;
}

/**
 * Keys and values as the server of this release knows them. It accepts misspelt ones without a word, so nothing here may
 * be written from memory. The poll limits matter most: their default makes every hop of every run wait for a slot of
 * 50 ms. No timer fires sooner than the time shift, which is for servers whose clocks differ: by default every pause of a
 * run, and every repetition after a loss, takes a second at least. The task time-out bounds how long a run waits after a
 * worker or the server was killed.
 */
const DYNAMIC_CONFIG = [
  'system.enableActivityEagerExecution=true',
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'frontend.rps=20000',
  'frontend.namespaceRPS=20000',
  'frontend.namespaceCount=5000',
  'history.rps=20000',
  'matching.rps=20000',
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxTimeShift="50ms"',
  'history.visibilityProcessorMaxPollRPS=2000',
  'history.defaultWorkflowTaskTimeout="5s"',
];

/**
 * Starts a Temporal server on a database file and waits until its namespace can be used. Two servers on one file would
 * both write, unnoticed: a lock beside the file prevents it, and a server that a crash left behind is ended first.
 * @throws temporal.notStarted, temporal.fileInUse
 */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const databaseFile = path.resolve(options.databaseFile);
  await mkdir(path.dirname(databaseFile), { recursive: true });
  const lock = await takeLock(`${databaseFile}.lock`).catch((cause: { details?: { pid?: number } }) => {
    throw temporalErrors.fileInUse(
      `Process ${cause.details?.pid} runs a Temporal server on ${databaseFile}: stop it first.`,
      { cause },
    );
  });
  try {
    const pidFile = `${databaseFile}.pid`;
    await endLeftover(pidFile, databaseFile);
    const server = await start({ ...options, databaseFile }, pidFile);
    void server.exited.then(() => lock.release());
    return server;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function endLeftover(pidFile: string, databaseFile: string): Promise<void> {
  const text = await readFile(pidFile, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const leftover = parseIdentity(text);
  if (!leftover || !(await isSameProcess(leftover))) return;
  if ((await findProcess(leftover.pid))?.command.includes(databaseFile)) await endProcess(leftover, 'SIGTERM', 10_000);
}

function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return undefined; // torn by a power cut, after which no server runs either
  }
}

async function start(options: TemporalOptions, pidFile: string): Promise<TemporalServer> {
  // Asked before, since the answer of a stranger on the port would look like ours.
  const port = await choosePort(options.port, HOST).catch((cause: Error) => {
    throw temporalErrors.notStarted(`The Temporal server cannot listen: ${cause.message}`, { cause });
  });
  const address = `${HOST}:${port}`;
  const server = await startServerProcess({
    file: options.program,
    args: argumentsOf(options, port),
    cwd: path.dirname(options.databaseFile),
    // No TEMPORAL_* variable of the person's own environment may reach the server.
    env: { PATH: process.env['PATH'] ?? '', HOME: path.dirname(options.databaseFile) },
    endSignal: 'SIGTERM',
    ...(options.onLine && { onLine: options.onLine }),
  });
  let hasEnded = false;
  void server.exited.then(() => (hasEnded = true));
  try {
    await writeFile(pidFile, JSON.stringify({ pid: server.pid, startedAt: server.startedAt }));
    await prepareNamespace(address, options.namespace, { isGone: () => hasEnded });
  } catch (cause) {
    await server.stop();
    throw notStarted(server, options.databaseFile, cause);
  }
  const { ino } = await stat(options.databaseFile);
  return {
    ...server,
    address,
    port,
    stop: async () => {
      await server.stop();
      await rm(pidFile, { force: true });
    },
    isFileInPlace: () =>
      stat(options.databaseFile).then(
        (found) => found.ino === ino,
        () => false,
      ),
  };
}

function argumentsOf({ databaseFile, namespace }: TemporalOptions, port: number): string[] {
  return [
    ...['server', 'start-dev', '--headless', '--ip', HOST, '--port', String(port), '--log-level', 'warn'],
    ...['--db-filename', databaseFile, '--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...['--namespace', namespace],
    ...DYNAMIC_CONFIG.flatMap((entry) => ['--dynamic-config-value', entry]),
  ];
}

function notStarted(server: ServerProcess, databaseFile: string, cause: unknown) {
  const lines = server.lastLines();
  if (/database or disk is full|no space left/i.test(lines)) {
    return temporalErrors.diskFull(`The disk of ${databaseFile} is full: free some space and start again.`, { cause });
  }
  const reason =
    lines.split('\n').findLast((line) => /^Error|error=|unable|failed/i.test(line)) ?? (cause as Error).message;
  return temporalErrors.notStarted(`The Temporal server did not start on ${databaseFile}: ${reason}`, {
    cause,
    details: { lines },
  });
}
