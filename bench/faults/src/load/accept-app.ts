import { importApp, publish, start } from '../watch/api.js';
import type { Order } from './load.js';
import type { Session } from './session.js';

const PATIENCE_MS = 30_000;

/** Publishes an app of a single case and asks for runs of it. @returns their ids */
export async function acceptApp(session: Session, content: string, orders: readonly Order[]): Promise<string[]> {
  const door = session.stack.backDoor;
  const appId = await importApp(door, content);
  await publish(door, appId);
  return Promise.all(
    orders.map(async (order) => {
      const runId = await start(door, { ...session.inputOf(order), appId }, Date.now() + PATIENCE_MS);
      session.take(runId, order);
      return runId;
    }),
  );
}
