import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** Connections to a Postgres that somebody else holds. */
export interface TakenConnections {
  readonly count: number;
  /** Whether nobody else has any, and none is left. */
  areAll(): Promise<boolean>;
  /** Gives all back and takes no more. */
  free(): Promise<void>;
}

const TAKE_AGAIN_MS = 10;

/** Takes every connection that is left; from then on also each that others give back. */
export async function takeConnections(url: string): Promise<TakenConnections> {
  const taken: pg.Client[] = [];
  const takeAll = async () => {
    for (;;) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        taken.push(client);
      } catch {
        return;
      }
    }
  };
  await takeAll();
  let isOver = false;
  const taking = (async () => {
    while (!isOver) {
      await delay(TAKE_AGAIN_MS);
      await takeAll();
    }
  })();
  return {
    get count() {
      return taken.length;
    },
    areAll: async () => {
      const answer = await taken[0]?.query<{ max: number }>("select current_setting('max_connections')::int as max");
      return answer?.rows[0]?.max === taken.length;
    },
    free: async () => {
      isOver = true;
      await taking;
      await Promise.all(taken.splice(0).map((client) => client.end()));
    },
  };
}
