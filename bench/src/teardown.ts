type End = () => Promise<unknown>;

/** What has to be ended, the latest first; also when the person or the system ends the bench. */
export class Teardown {
  private readonly ends: End[] = [];
  private ending: Promise<void> | undefined;

  /** @param whole  what this is a part of: it ends this too, and hears of signals */
  constructor(whole?: Teardown) {
    if (whole) {
      whole.add(() => this.run());
      return;
    }
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const)
      process.once(signal, () => void this.run().finally(() => process.exit(code)));
  }

  add(end: End): void {
    this.ends.push(end);
  }

  /** Ends everything; a failure of one is printed and the others go on. */
  run(): Promise<void> {
    this.ending ??= this.endAll();
    return this.ending;
  }

  private async endAll(): Promise<void> {
    for (const end of this.ends.toReversed())
      await end().catch((error: unknown) => console.error(`Could not be ended: ${String(error)}`));
  }
}
