import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (32768 and up on Linux). One of those may be taken by any
 * program that calls somebody, between the choice and the use of it, and again while a server is started anew.
 */
const RANGE = [20_000, 32_000] as const;
const MAX_TRIES = 100;
const handedOut = new Set<number>();

/** A port of `host` that nobody listens on at this moment and that this process was not given before. */
export async function findFreePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; ; tries++) {
    const port = randomInt(...RANGE);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    try {
      await checkPort(port, host);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries > MAX_TRIES) throw error;
    }
  }
}

/** `wanted` when nobody listens on it, and a free port when none is wanted. Rejects with `EADDRINUSE` otherwise. */
export async function choosePort(wanted: number | undefined, host: string): Promise<number> {
  if (wanted === undefined) return findFreePort(host);
  await checkPort(wanted, host);
  return wanted;
}

/** Can this process listen on `port` of `host`? Rejects with the system's error otherwise, such as `EADDRINUSE`. */
export function checkPort(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host.replace(/^\[|\]$/g, ''), () => server.close(() => resolve()));
  });
}
