import type { RunId } from '@tenon/base';
import type { RunFeed } from '@tenon/ports';

/**
 * Live text of one execution. The call to the model does not wait for the execution's number, so text that comes
 * first is held until the number is known.
 */
export class LiveText {
  private readonly offsets = new Map<string, number>();
  private held: { channel: string; text: string }[] = [];
  private execution: number | undefined;

  constructor(
    private readonly feed: RunFeed,
    private readonly step: { readonly runId: RunId; readonly stepKey: string; readonly attempt: number },
  ) {}

  emit(channel: string, text: string): void {
    if (text === '') return;
    if (this.execution === undefined) return void this.held.push({ channel, text });
    const offset = this.offsets.get(channel) ?? 0;
    this.offsets.set(channel, offset + text.length);
    const { runId, stepKey, attempt } = this.step;
    this.feed.append({ runId, stepKey, attempt, execution: this.execution, channel, offset, text });
  }

  begin(execution: number): void {
    this.execution = execution;
    const held = this.held;
    this.held = [];
    for (const { channel, text } of held) this.emit(channel, text);
  }

  /** Everything emitted is where readers find it. */
  async flush(): Promise<void> {
    if (this.offsets.size > 0) await this.feed.flush(this.step.runId);
  }
}
