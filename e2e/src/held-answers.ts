import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server on which its answers can be held back. */
export interface HeldAnswers {
  readonly port: number;
  /** From the next message on that contains the text, nothing of that connection's answers comes through. */
  holdAfter(text: string): void;
  /** Everything comes through again on connections made from now on. */
  release(): void;
  close(): Promise<void>;
}

/** Stands between a client and a server on the loopback. */
export async function holdAnswersOf(port: number): Promise<HeldAnswers> {
  const open = new Set<Socket>();
  let trigger: string | undefined;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let isHeld = false;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    client.on('data', (part) => {
      if (trigger !== undefined && part.toString('latin1').toLowerCase().includes(trigger)) isHeld = true;
      upstream.write(part);
    });
    upstream.on('data', (part) => void (isHeld || client.write(part)));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    holdAfter: (text) => void (trigger = text),
    release: () => void (trigger = undefined),
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
