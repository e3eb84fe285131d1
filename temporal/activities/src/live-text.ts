import type { RunId } from '@tenon/base';
import type { RunFeed } from '@tenon/ports';

/** Live text of one execution, each channel from its beginning. */
export class LiveText {
  private readonly offsets = new Map<string, number>();

  constructor(
    private readonly feed: RunFeed,
    private readonly of: {
      readonly runId: RunId;
      readonly stepKey: string;
      readonly attempt: number;
      readonly execution: number;
    },
  ) {}

  emit(channel: string, text: string): void {
    if (text === '') return;
    const offset = this.offsets.get(channel) ?? 0;
    this.offsets.set(channel, offset + text.length);
    const { runId, stepKey, attempt, execution } = this.of;
    this.feed.append({ runId, stepKey, attempt, execution, channel, offset, text });
  }

  /** Everything emitted is where readers find it. */
  async flush(): Promise<void> {
    if (this.offsets.size > 0) await this.feed.flush(this.of.runId);
  }
}
