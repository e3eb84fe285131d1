/**
 * Bytes by key. Keys are segments of `[A-Za-z0-9_.-]`, joined by `/` (see `isObjectKey`); every method but `list` throws
 * object.invalidKey for others. Writing the same key twice keeps one object, the newer.
 */
export interface ObjectStore {
  /** Stores all of `bytes` or nothing. @throws object.full, object.unavailable */
  put(key: string, bytes: Uint8Array, mediaType: string): Promise<void>;
  /** @throws object.missing, object.unavailable */
  get(key: string): Promise<Uint8Array>;
  has(key: string): Promise<boolean>;
  /**
   * Says that an object is needed by what is about to be recorded, as if it were written anew.
   * @returns false when it is not there: then it has to be written
   */
  renew(key: string): Promise<boolean>;
  /** Removing what is not there is fine. */
  remove(key: string): Promise<void>;
  /**
   * Removes an object that was neither written nor renewed within the last `forMs`, also not this moment.
   * @returns whether it was removed
   */
  removeUnused(key: string, forMs: number): Promise<boolean>;
  /** Removes what writes that were cut off have left more than `forMs` ago. @returns how many there were */
  removeUnfinished(forMs: number): Promise<number>;
  /** Keys that start with `prefix` and come behind `after`, in code-unit order, at most `limit`, default 1000. */
  list(prefix: string, after?: string, limit?: number): Promise<readonly string[]>;
}

const SEGMENT = /^(?!\.\.?$)[A-Za-z0-9_.-]{1,200}$/;

/** True for a key every store can hold: at most 512 characters, no empty, `.` or `..` segment, none over 200. */
export function isObjectKey(key: string): boolean {
  return key.length <= 512 && key.split('/').every((segment) => SEGMENT.test(segment));
}
