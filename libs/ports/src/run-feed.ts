import type { RunId } from '@tenon/base';

/** Whose text it is: one execution of one attempt of one step. `execution` counts re-executions after a loss. */
export interface TextSource {
  readonly runId: RunId;
  readonly stepKey: string;
  readonly attempt: number;
  readonly execution: number;
  /** The output the text belongs to: `text`, `reasoning_content`. */
  readonly channel: string;
}

/** A piece of live text. `offset` is in UTF-16 code units from the start of the channel's text. */
export interface TextChunk extends TextSource {
  readonly offset: number;
  readonly text: string;
}

/** Live text and the bell that wakes readers. Text is never the record: the finished value is. */
export interface RunFeed {
  /** Hands over text to be written soon, in order. Never throws; what cannot be written is dropped. */
  append(chunk: TextChunk): void;
  /** Resolves when everything appended for the run so far is written or given up. */
  flush(runId: RunId): Promise<void>;
}
