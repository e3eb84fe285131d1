import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startPostgres, type PostgresServer } from '../servers/postgres.js';

/** A real Postgres for a suite. */
export interface TestPostgres {
  /** Of its database `tenon`; stays the same over `restart`. */
  readonly url: string;
  /** Of the server that runs now. */
  readonly pid: number;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
  /** Kills it (SIGKILL); its data stay. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port, after `kill` or while it runs. */
  restart(): Promise<void>;
}

/**
 * Starts an empty Postgres on a free port, in about a second.
 * @param isDurable  it syncs; else a power cut loses it, but a kill does not
 * @param place  the folder in which its data lie, such as that of a small disk
 */
export async function startTestPostgres({
  isDurable = false,
  place = os.tmpdir(),
}: { isDurable?: boolean; place?: string } = {}): Promise<TestPostgres> {
  const root = await mkdtemp(path.join(place, 'tenon-postgres-'));
  await chmod(root, 0o755); // as root, Postgres runs as another user
  const options = { folder: path.join(root, 'data'), password: 'tenon', isDurable };
  const start = async (port?: number): Promise<PostgresServer> => {
    const started = await startPostgres({ ...options, ...(port && { port }) });
    started.unref(); // a suite that fails before `stop` must not hang
    return started;
  };
  let server = await start();
  const { url, port } = server;
  return {
    url,
    get pid() {
      return server.pid;
    },
    stop: async () => {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
    kill: () => server.kill(),
    restart: async () => {
      await server.stop();
      server = await start(port);
    },
  };
}
