import { MemoryRoom, type Holding } from '@tenon/base';

/** Where followers of runs take the memory of what their sockets have not taken yet; a team leaves as much as it holds. */
export class FollowerRooms {
  private readonly pages: MemoryRoom;
  private readonly values: MemoryRoom;

  constructor(heapBytes: number) {
    this.pages = new MemoryRoom(heapBytes / 16, 0);
    this.values = new MemoryRoom(heapBytes / 8, 0);
  }

  /** All that is held. */
  get heldBytes(): number {
    return this.pages.heldBytes + this.values.heldBytes;
  }

  /** Room for a page of events and text; undefined when there is none at the moment. */
  takePage(owner: string, bytes: number): Holding | undefined {
    return tryTake(this.pages, owner, bytes);
  }

  /** The same for large values that an answer shows. */
  takeValues(owner: string, bytes: number): Holding | undefined {
    return tryTake(this.values, owner, bytes);
  }
}

/** What is larger than an owner may ever hold is let in alone. */
function tryTake(room: MemoryRoom, owner: string, bytes: number): Holding | undefined {
  const holding = room.enter(owner);
  const waiting = holding.take(Math.min(bytes, room.mostOfOwnerBytes));
  if (!waiting) return holding;
  waiting.catch(() => undefined);
  holding.leave();
  return undefined;
}
