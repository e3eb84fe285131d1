/** One run as its client saw it. */
export interface Sample {
  /** Until the run had ended, in milliseconds. */
  readonly endMs: number;
  /** Until the first text of an answer, in milliseconds; absent when there was none. */
  readonly firstTextMs?: number;
  /** Of the run at the workflow server; absent where there is none. */
  readonly workflowId?: string;
}

/** Something that can be run again and again, over HTTP. */
export interface Arm {
  readonly name: string;
  /** The roots of the processes whose processor time is its cost. */
  readonly pids: readonly number[];
  /** @throws Error when the run does not succeed */
  run(): Promise<Sample>;
}

/** Reads an answer to its end and notes when its first piece came. `startedAt` is of `performance.now()`. */
export async function readAnswer(
  response: Response,
  startedAt: number,
  isText: (text: string) => boolean,
): Promise<Sample> {
  const decoder = new TextDecoder();
  let firstTextMs: number | undefined;
  for await (const bytes of response.body ?? []) {
    if (firstTextMs === undefined && isText(decoder.decode(bytes, { stream: true })))
      firstTextMs = performance.now() - startedAt;
  }
  const endMs = performance.now() - startedAt;
  return { endMs, ...(firstTextMs !== undefined && { firstTextMs }) };
}
