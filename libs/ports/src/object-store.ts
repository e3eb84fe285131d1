/** Bytes by key. Keys are `[A-Za-z0-9/_.-]+` without `..`; writing the same key twice keeps one object. */
export interface ObjectStore {
  /** Stores all of `bytes` or nothing. @throws object.full, object.unavailable */
  put(key: string, bytes: Uint8Array, mediaType: string): Promise<void>;
  /** @throws object.missing, object.unavailable */
  get(key: string): Promise<Uint8Array>;
  has(key: string): Promise<boolean>;
  /** Removing what is not there is fine. */
  remove(key: string): Promise<void>;
  /** Keys that start with `prefix`, in order, page by page. */
  list(prefix: string, after?: string, limit?: number): Promise<readonly string[]>;
}
