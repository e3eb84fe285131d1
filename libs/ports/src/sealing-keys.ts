/** A key that seals secrets at rest. */
export interface SealingKey {
  /** Made from the key and telling nothing about it; every sealed value names the key that opens it by this. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** The keys that a process knows. */
export interface SealingKeys {
  /** Where they come from, for the person who has to put the right ones there: a file or a setting. */
  readonly source: string;
  /** The one that seals comes first; those after it still open what they sealed. Never empty. */
  list(): readonly SealingKey[];
  /** Looks again where the keys are kept, since another process may have renewed them. */
  reload(): Promise<void>;
}

/** Keys that can be renewed. Both steps may be repeated after a crash. */
export interface RenewableKeys extends SealingKeys {
  /** Puts a new key before the others, unless a renewal is under way already. @throws secretKey.* when it cannot */
  renew(): Promise<void>;
  /** Gives up every key but the first. */
  dropOld(): Promise<void>;
}
