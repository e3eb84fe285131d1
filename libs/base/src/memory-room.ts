interface Waiter {
  readonly holding: Holding;
  readonly bytes: number;
  readonly go: () => void;
  readonly stop: (reason: Error) => void;
}

/**
 * Memory of a process that pieces of work share. Whoever wants more than is left waits until others leave; one at a time
 * may go beyond the limit, so that those who hold something and want more do not wait for each other for ever. So the
 * limit and one piece of work is the most that is in memory. Work of an owner never goes beyond it, and an owner never holds
 * more than it leaves to all others, so that none keeps the others out; such work takes all that it needs at once.
 */
export class MemoryRoom {
  private bytes = 0;
  /** In the order in which they came. */
  private readonly waiting = new Set<Waiter>();
  /** Who may go beyond the limit: somebody, while anybody waits. */
  private first: Holding | undefined;
  private readonly ofOwner = new Map<string, number>();

  private readonly limitBytes: number;
  /** What each piece of work may hold without asking: small work never waits for large work. */
  readonly freeBytes: number;

  constructor(limitBytes: number, freeBytes: number) {
    this.limitBytes = limitBytes;
    this.freeBytes = freeBytes;
  }

  /** Of all pieces of work together, without what they hold without asking. */
  get heldBytes(): number {
    return this.bytes;
  }

  /** More than this an owner never gets. */
  get mostOfOwnerBytes(): number {
    return this.limitBytes / 2 + this.freeBytes;
  }

  /** The place of one piece of work; `leave` gives back what it holds. */
  enter(owner?: string): Holding {
    return new Holding(this, owner);
  }

  /** For `Holding`: undefined when the bytes are its own now, else a promise of when. */
  admit(holding: Holding, bytes: number): Promise<void> | undefined {
    if (this.mayTake(holding, bytes)) return this.give(holding, bytes);
    return new Promise<void>((go, stop) => this.waiting.add({ holding, bytes, go, stop }));
  }

  /** For `Holding`: it does not wait any more. */
  refuse(holding: Holding, reason: Error): void {
    for (const waiter of this.waiting) {
      if (waiter.holding !== holding) continue;
      this.waiting.delete(waiter);
      waiter.stop(reason);
    }
  }

  /** For `Holding`: takes back all that it holds and lets those go on who have waited longest. */
  release(holding: Holding): void {
    this.give(holding, -holding.heldBytes);
    if (this.first === holding) this.first = undefined;
    for (const waiter of this.waiting) {
      if (!this.mayTake(waiter.holding, waiter.bytes)) continue;
      this.waiting.delete(waiter);
      this.give(waiter.holding, waiter.bytes);
      waiter.go();
    }
  }

  private mayTake(holding: Holding, bytes: number): boolean {
    const { owner } = holding;
    if (owner !== undefined) return this.heldBy(owner) + bytes <= this.limitBytes - this.bytes - bytes;
    if (this.bytes + bytes <= this.limitBytes) return true;
    this.first ??= holding;
    return this.first === holding;
  }

  private give(holding: Holding, bytes: number): undefined {
    this.bytes += bytes;
    holding.heldBytes += bytes;
    const { owner } = holding;
    if (owner === undefined) return;
    const heldBytes = this.heldBy(owner) + bytes;
    if (heldBytes > 0) this.ofOwner.set(owner, heldBytes);
    else this.ofOwner.delete(owner);
  }

  private heldBy(owner: string): number {
    return this.ofOwner.get(owner) ?? 0;
  }
}

/** What one piece of work holds of a room. */
export class Holding {
  /** Kept by the room. */
  heldBytes = 0;
  readonly owner: string | undefined;
  private readonly room: MemoryRoom;
  private freeBytes: number;
  private end: { readonly reason: Error } | undefined;

  constructor(room: MemoryRoom, owner: string | undefined) {
    this.room = room;
    this.owner = owner;
    this.freeBytes = room.freeBytes;
  }

  /**
   * Undefined when the bytes may be used now, else a promise of when.
   * @throws the reason of its end, also while it waits
   */
  take(bytes: number): Promise<void> | undefined {
    if (this.end) throw this.end.reason;
    const free = Math.min(bytes, this.freeBytes);
    this.freeBytes -= free;
    return bytes === free ? undefined : this.room.admit(this, bytes - free);
  }

  /** Takes nothing more, and keeps what it holds until it leaves. */
  stop(reason: Error): void {
    this.end ??= { reason };
    this.room.refuse(this, this.end.reason);
  }

  /** Gives everything back. */
  leave(): void {
    this.stop(new Error('This work has ended.'));
    this.room.release(this);
  }
}
