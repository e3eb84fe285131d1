import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What of the traffic between a browser and a server comes through. */
type Traffic = 'all' | 'requests' | 'none';

/** A way to a server over a network that has trouble. */
export interface Network {
  readonly url: string;
  /** Where it leads, on the loopback. */
  leadTo(port: number): void;
  /** Connections end, and new ones are refused. */
  cut(): void;
  /** From now on answers do not come through, or nothing at all does; connections stay as they are, and nobody is told. */
  silence(what: 'answers' | 'everything'): void;
  /** Everything comes through again, also what was held back on connections that are still there. */
  mend(): void;
  close(): Promise<void>;
}

/** Opens one. */
export async function openNetwork(): Promise<Network> {
  const pairs = new Set<readonly [client: Socket, server: Socket]>();
  let port = 0;
  let traffic: Traffic = 'all';
  let isCut = false;
  const apply = ([client, server]: readonly [Socket, Socket]) => {
    if (traffic === 'none') client.pause();
    else client.resume();
    if (traffic === 'all') server.resume();
    else server.pause();
  };
  const set = (next: Traffic) => {
    [traffic, isCut] = [next, false];
    for (const pair of pairs) apply(pair);
  };
  const cut = () => {
    isCut = true;
    for (const [client, server] of pairs) for (const socket of [client, server]) socket.destroy();
  };
  const listener = createServer((client) => {
    client.on('error', () => undefined);
    if (isCut) return void client.destroy();
    const server = connect(port, '127.0.0.1');
    const pair = [client, server] as const;
    pairs.add(pair);
    server.on('error', () => undefined);
    for (const [from, to] of [pair, [server, client]] as const) {
      from.on('data', (part) => to.write(part));
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
    apply(pair);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    leadTo: (next) => void (port = next),
    cut,
    silence: (what) => set(what === 'answers' ? 'requests' : 'none'),
    mend: () => set('all'),
    close: async () => {
      cut();
      listener.close();
      await once(listener, 'close');
    },
  };
}
