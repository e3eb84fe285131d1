import { jsonSizeBytes, type Json } from '@tenon/base';
import type { RunEvent } from '@tenon/engine';

/** Most that travels in one write, in bytes. */
const BATCH_LIMIT_BYTES = 512 * 1024;

/** Events on their way to the record: some wait for a carrier, some travel. Sent is not written. */
export interface Batch {
  readonly events: readonly RunEvent[];
  readonly sizeBytes: number;
}

/**
 * Keeps every event until the activity that carries it has returned. Events travel with the next effect; what nothing
 * carries is written on its own. The closing write repeats whatever is unacknowledged, and writing is idempotent.
 */
export class Recorder {
  private waiting: RunEvent[] = [];
  private readonly travelling = new Set<Batch>();

  push(events: readonly RunEvent[]): void {
    this.waiting.push(...events);
  }

  /** Is anything without a carrier? */
  get isBehind(): boolean {
    return this.waiting.length > 0;
  }

  /** Takes the oldest waiting events, up to a size that fits one call; empty when none wait. */
  take(): Batch {
    let sizeBytes = 0;
    let count = 0;
    for (const event of this.waiting) {
      const bytes = jsonSizeBytes(event as unknown as Json);
      if (count > 0 && sizeBytes + bytes > BATCH_LIMIT_BYTES) break;
      sizeBytes += bytes;
      count += 1;
    }
    const batch = { events: this.waiting.splice(0, count), sizeBytes };
    if (count > 0) this.travelling.add(batch);
    return batch;
  }

  /** The carrier returned: its events are written. */
  acknowledge(batch: Batch): void {
    this.travelling.delete(batch);
  }

  /** Everything not known to be written waits again, oldest first. */
  recall(): void {
    const unknown = [...this.travelling].flatMap(({ events }) => events);
    this.travelling.clear();
    this.waiting = [...unknown, ...this.waiting].sort((a, b) => a.seq - b.seq);
  }
}
