import { createServer, type AddressInfo } from 'node:net';

/** A port of `host` that nobody listens on at this moment. */
export function findFreePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
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
