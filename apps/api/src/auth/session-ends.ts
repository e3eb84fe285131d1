import type { MemberId } from '@tenon/base';
import { Injectable } from '@nestjs/common';

type Listener = (memberId: MemberId) => Promise<void>;

/** Tells whoever holds connections open that sessions of a member have ended in this process. */
@Injectable()
export class SessionEnds {
  private readonly listeners = new Set<Listener>();

  /** @param listener  called with the member whose sessions have ended; whatever it throws, `tell` throws */
  listen(listener: Listener): void {
    this.listeners.add(listener);
  }

  /** Settles when every listener has done with it. */
  async tell(memberId: MemberId): Promise<void> {
    await Promise.all([...this.listeners].map((listener) => listener(memberId)));
  }
}
