/** How far a long step is. */
export interface Progress {
  /** What is done, as a sentence without a stop: `Fetching the Temporal server`. */
  readonly what: string;
  readonly doneBytes?: number;
  readonly totalBytes?: number;
}

/** Is told again and again while a long step lasts. */
export type ReportProgress = (progress: Progress) => void;
