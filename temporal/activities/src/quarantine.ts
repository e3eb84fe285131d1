/** A place in the line. `leave` makes room for the next, whether its turn has come or not. */
export interface Turn {
  /** Resolves when the turn has come; rejects with the reason of `signal`. */
  come(signal: AbortSignal): Promise<void>;
  leave(): void;
}

/**
 * Where steps that were lost with their workers again and again are tried one at a time, so that only one of them is at
 * work should the worker die once more.
 */
export class Quarantine {
  private readonly line: { readonly go: () => void }[] = [];

  /** Stands in line. */
  enter(): Turn {
    let go: () => void = () => undefined;
    const hasCome = new Promise<void>((resolve) => (go = resolve));
    const place = { go };
    this.line.push(place);
    this.line[0]?.go();
    return {
      come: (signal) =>
        new Promise((resolve, reject) => {
          const stop = () => reject(signal.reason as Error);
          if (signal.aborted) return stop();
          signal.addEventListener('abort', stop, { once: true });
          void hasCome.then(() => {
            signal.removeEventListener('abort', stop);
            resolve();
          });
        }),
      leave: () => {
        const index = this.line.indexOf(place);
        if (index < 0) return;
        this.line.splice(index, 1);
        this.line[0]?.go();
      },
    };
  }
}
