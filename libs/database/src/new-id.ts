import { v7 } from 'uuid';

/**
 * A new UUIDv7 (RFC 9562): sorts by the time it was made. Made before the transaction, so that a retry writes the
 * same row. `Kind` is the brand of the id: `newId<RunId>()`.
 */
export function newId<Kind extends string>(): Kind {
  return v7() as Kind;
}

/** Less than every id that was made from then on. */
export function idBefore(at: Date): string {
  return v7({ msecs: at.getTime(), random: new Uint8Array(16), seq: 0 });
}
