import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes of a slow time are on their way: nothing may overtake them. */
  isTrickling: boolean;
}

/** How a proxy treats what passes from the server to the client. */
interface Slowness {
  readonly bytesPerSecond: number;
}

/** What lies between two programs, so that it can be cut, slowed down, held and refused. */
export class Proxy {
  readonly port: number;
  private readonly listening: Server;
  private readonly target: { readonly host: string; readonly port: number };
  private readonly pairs = new Set<Pair>();
  private slowness: Slowness | undefined;
  private held: 'nothing' | 'answers' | 'all' = 'nothing';
  private isRefused = false;
  private cutsAfter: number[] = [];
  /** Bytes that went from clients to the server since they were last counted anew. */
  private bytesUp = 0;
  private onBytesUp: (() => void) | undefined;
  /** What clients send is looked at until this says that from then on everything is held. */
  private isLast: ((message: string) => boolean) | undefined;

  private constructor(listening: Server, target: { readonly host: string; readonly port: number }) {
    this.listening = listening;
    this.target = target;
    this.port = (listening.address() as AddressInfo).port;
    listening.on('connection', (client) => this.accept(client));
  }

  /** Listens on a free port of the loopback. @param address  `host:port` */
  static async start(address: string): Promise<Proxy> {
    const [host = '127.0.0.1', port] = address.split(':');
    const server = createServer({ allowHalfOpen: false, noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Proxy(server, { host, port: Number(port) });
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Breaks all connections; new ones are taken. */
  cut(): void {
    for (const { client, server } of this.pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Breaks all connections and takes none until `open`. */
  refuse(): void {
    this.isRefused = true;
    this.cut();
  }

  /** Nothing passes in either direction until `open`, or nothing but what clients send; connections stay. */
  hold(what: 'all' | 'answers' = 'all'): void {
    this.held = what;
    for (const pair of this.pairs) this.pauseHeld(pair);
  }

  /** What the server sends passes at this rate, until `open`; also on connections that are there. */
  slowDown(bytesPerSecond: number): void {
    this.slowness = { bytesPerSecond };
  }

  /** Everything passes again. */
  open(): void {
    this.isRefused = false;
    this.held = 'nothing';
    this.slowness = undefined;
    this.cutsAfter = [];
    this.isLast = undefined;
    for (const { client, server, isTrickling } of this.pairs) {
      client.resume();
      if (!isTrickling) server.resume();
    }
  }

  /** Each next connection breaks after one of these numbers of bytes from the server, in their order. */
  cutNextAfter(bytes: readonly number[]): void {
    this.cutsAfter = [...bytes];
  }

  /** Fulfils when this many bytes have gone from clients to the server, counted from now. */
  passed(bytes: number): Promise<void> {
    this.bytesUp = 0;
    return new Promise((resolve) => {
      this.onBytesUp = () => {
        if (this.bytesUp < bytes) return;
        this.onBytesUp = undefined;
        resolve();
      };
      this.onBytesUp();
    });
  }

  /** Lets so many of these messages of clients pass and then holds everything. @returns when that is so */
  holdAfter(messages: number, isCounted: (message: string) => boolean): Promise<void> {
    let left = messages;
    return new Promise((resolve) => {
      this.isLast = (message) => {
        if (isCounted(message)) left -= 1;
        if (left > 0) return false;
        resolve();
        return true;
      };
    });
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.listening.close(() => resolve()));
    this.cut();
    return closed;
  }

  private accept(client: Socket): void {
    if (this.isRefused) return void client.resetAndDestroy();
    const server = connect({ ...this.target, noDelay: true });
    const pair: Pair = { client, server, isTrickling: false };
    this.pairs.add(pair);
    let left = this.cutsAfter.shift() ?? Infinity;
    const end = () => {
      this.pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (bytes) => {
      this.bytesUp += bytes.length;
      this.onBytesUp?.();
      if (this.isLast?.(bytes.toString('latin1'))) {
        this.isLast = undefined;
        this.hold();
      }
      if (!server.write(bytes)) this.wait(client, server);
    });
    server.on('data', (bytes) => {
      const passing = bytes.subarray(0, left);
      left -= bytes.length;
      if (left <= 0) {
        // what is before the break arrives
        client.write(passing, () => client.resetAndDestroy());
        return void server.resetAndDestroy();
      }
      if (this.slowness) return void this.trickle(pair, bytes, this.slowness);
      if (!client.write(bytes)) this.wait(server, client);
    });
    this.pauseHeld(pair);
  }

  private pauseHeld({ client, server }: Pair): void {
    if (this.held !== 'nothing') server.pause();
    if (this.held === 'all') client.pause();
  }

  private wait(from: Socket, to: Socket): void {
    from.pause();
    to.once('drain', () => {
      if (this.held === 'nothing') from.resume();
    });
  }

  /** Passes the bytes on one tenth of a second's worth at a time and takes no more meanwhile. */
  private trickle(pair: Pair, bytes: Buffer, { bytesPerSecond }: Slowness): void {
    const { client, server } = pair;
    server.pause();
    pair.isTrickling = true;
    const isTiny = bytesPerSecond < 10;
    const size = isTiny ? 1 : Math.floor(bytesPerSecond / 10);
    const everyMs = isTiny ? 1_000 / bytesPerSecond : 100;
    let position = 0;
    const timer = setInterval(() => {
      const isOpen = this.slowness === undefined;
      const end = isOpen ? bytes.length : position + size;
      if (!client.destroyed) client.write(bytes.subarray(position, end));
      position = end;
      if (position < bytes.length && !client.destroyed) return;
      clearInterval(timer);
      pair.isTrickling = false;
      if (this.held === 'nothing') server.resume();
    }, everyMs);
  }
}
