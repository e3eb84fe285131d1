import type { Identity } from '@tenon/database';

/** How long things of a socket count, in milliseconds. */
export interface SocketTimes {
  /** A subscription is begun on a reading that is no older. */
  readonly freshMs: number;
  /** Every socket that is open is read again this often. */
  readonly recheckMs: number;
  /** Every socket is pinged this often, and closed when it does not answer before the next time. */
  readonly pingMs: number;
}

/** Reading is one statement, and clients begin many subscriptions at once: each does not need its own. */
export const SOCKET_TIMES: SocketTimes = { freshMs: 5_000, recheckMs: 30_000, pingMs: 12_000 };

/** Close code of `graphql-ws` for whoever is nobody. Its clients try again, as often as they are told to, and are refused again. */
const FORBIDDEN = 4403;

/** Who speaks on one socket, read again as long as it is open: the session may end before the socket does. */
export class SocketSession {
  private known: Identity | undefined;
  private readAtMs = -Infinity;

  constructor(
    private readonly readIdentity: () => Promise<Identity | undefined>,
    private readonly closeSocket: (code: number, reason: string) => void,
  ) {}

  /** Who it was when it was read last; undefined before that and after the session has ended. */
  get identity(): Identity | undefined {
    return this.known;
  }

  /**
   * Who it is, by a reading that is at most `maxAgeMs` old. The socket is closed when it is nobody any more.
   * @throws what the reading throws; the socket stays open then
   */
  async check(maxAgeMs: number): Promise<Identity | undefined> {
    const nowMs = performance.now();
    if (nowMs - this.readAtMs <= maxAgeMs) return this.known;
    const identity = await this.readIdentity();
    // of two readings at the same time, the one that began later counts
    if (nowMs < this.readAtMs) return this.known;
    this.known = identity;
    this.readAtMs = nowMs;
    if (!identity) this.closeSocket(FORBIDDEN, 'Forbidden');
    return identity;
  }
}
