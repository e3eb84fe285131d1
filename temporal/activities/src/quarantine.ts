import { WAITS_FOR_TURN } from '@tenon/contract';
import { ApplicationFailure } from '@temporalio/activity';

/**
 * Who waits longer for its turn has to come again, in milliseconds: an activity has half a minute beyond the limit of
 * its step, and a turn that comes late would end in the middle of the call.
 */
const WAIT_MS = 15_000;

/** A place in the line. `leave` makes room for the next, whether its turn has come or not. */
export interface Turn {
  /** Resolves when the turn has come; rejects with the reason of `signal`, and as `WAITS_FOR_TURN` after a while. */
  come(signal: AbortSignal): Promise<void>;
  leave(): void;
}

/**
 * Where steps that were lost with their workers again and again are tried one at a time, so that only one of them is at
 * work should the worker die once more.
 */
export class Quarantine {
  private readonly line: { readonly go: () => void }[] = [];

  constructor(private readonly waitMs = WAIT_MS) {}

  /** Stands in line. */
  enter(): Turn {
    let go: () => void = () => undefined;
    const hasCome = new Promise<void>((resolve) => (go = resolve));
    const place = { go };
    this.line.push(place);
    this.line[0]?.go();
    return {
      come: (ended) =>
        new Promise((resolve, reject) => {
          const signal = AbortSignal.any([ended, AbortSignal.timeout(this.waitMs)]);
          const stop = () => reject(ended.aborted ? (ended.reason as Error) : comesAgain());
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

function comesAgain(): ApplicationFailure {
  const message = 'It waits behind a step that may have ended workers, and that is still at work.';
  return ApplicationFailure.create({ type: WAITS_FOR_TURN, message, category: 'BENIGN' });
}
