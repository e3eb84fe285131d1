import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '../config.js';
import { findTemporal } from '../servers/temporal-binary.js';
import { startTemporal, type TemporalServer } from '../servers/temporal.js';

/** A real Temporal server for a suite, with the namespace `tenon`. */
export interface TestTemporal {
  /** `127.0.0.1:port`; stays the same over `restart`. */
  readonly address: string;
  /** Everything that it knows. */
  readonly databaseFile: string;
  /** Of the server that runs now. */
  readonly pid: number;
  /** Ends it; removes the database file unless it was given. */
  stop(): Promise<void>;
  /** SIGKILL waits for its end and keeps the database file; SIGSTOP and SIGCONT only send. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same file and port, after `kill` or while it runs. */
  restart(): Promise<void>;
}

/**
 * Starts a Temporal server on a free port, in about a second; its program is found or fetched as the launcher does.
 * @param dbFile  keep everything in this file instead of a temporary one
 */
export async function startTestTemporal({ dbFile }: { dbFile?: string } = {}): Promise<TestTemporal> {
  const folder = dbFile ? undefined : await mkdtemp(path.join(os.tmpdir(), 'tenon-temporal-'));
  const databaseFile = dbFile ?? path.join(folder as string, 'temporal.db');
  const program = await findTemporal({ cacheFolder: loadConfig(process.env).data.cacheFolder, env: process.env });
  const start = async (port?: number): Promise<TemporalServer> => {
    const started = await startTemporal({ program, databaseFile, namespace: 'tenon', ...(port && { port }) });
    started.unref(); // a suite that fails before `stop` must not hang
    return started;
  };
  let server = await start();
  const { address, port } = server;
  return {
    ...{ address, databaseFile },
    get pid() {
      return server.pid;
    },
    stop: async () => {
      await server.stop();
      if (folder) await rm(folder, { recursive: true, force: true });
    },
    kill: (signal) => server.kill(signal),
    restart: async () => {
      await server.stop();
      server = await start(port);
    },
  };
}
