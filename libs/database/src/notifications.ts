import type { Logger } from '@tenon/ports';
import type pg from 'pg';
import type { Database } from './database.js';

/** Bells between processes. A bell that is lost costs time only: everything that listens also polls. */
export const CHANNELS = {
  /** Payload: one of `RELAY_BELL`, or nothing for both. */
  relay: 'tenon_relay',
  /** Payload: run ids joined by commas. Events or live text of these runs were written. */
  run: 'tenon_run',
} as const;

/** What the relay is to look for. */
export const RELAY_BELL = {
  /** A run was queued. */
  run: 'run',
  /** A command was written. */
  command: 'command',
} as const;

type Channel = (typeof CHANNELS)[keyof typeof CHANNELS];

/** Payload limit of Postgres is 8 000 bytes; an id and a comma are 37. */
export const MAX_IDS_PER_BELL = 200;

/** Rings a bell; outside transactions, since a notifying commit takes a lock of the whole database. */
export async function ring(database: Database, channel: Channel, payload = ''): Promise<void> {
  await database.rows(`select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`, [channel, payload]);
}

/** Listens on one connection of its own until closed; a connection that is lost is made again. */
export class Listener {
  private readonly handlers = new Map<string, (payload: string) => void>();
  private client: pg.Client | undefined;
  private isClosed = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** Calls `handler` for each bell of the channel, and once with `''` after a lost connection is back. */
  on(channel: Channel, handler: (payload: string) => void): void {
    this.handlers.set(channel, handler);
  }

  /** Connects; does not wait for a database that is away. */
  start(): void {
    void this.connect();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    try {
      const client = await this.database.connect();
      if (this.isClosed) return void (await client.end());
      this.client = client;
      client.on('notification', ({ channel, payload }) => this.handlers.get(channel)?.(payload ?? ''));
      // a connection that is lost says so more than once
      client.on('error', () => this.reconnect(client));
      client.once('end', () => this.reconnect(client));
      for (const channel of this.handlers.keys()) await client.query(`listen ${channel}`);
      // whatever was rung while nobody listened
      for (const handler of this.handlers.values()) handler('');
    } catch (error) {
      this.logger.debug({ error: String(error) }, 'listening failed, trying again');
      this.reconnect(this.client);
    }
  }

  private reconnect(lost: pg.Client | undefined): void {
    if (this.isClosed || lost !== this.client) return;
    this.client = undefined;
    lost?.end().catch(() => undefined);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.connect(), 250);
  }
}
