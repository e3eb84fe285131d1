/** How long what is promised may take, in milliseconds. */
export interface Bounds {
  /** A run may be shown as running without a live owner. */
  readonly unownedMs: number;
  /** From the acknowledgement of a stop: to the last step that begins, and the last new call. */
  readonly stopStartsMs: number;
  /** From the acknowledgement of a stop: until open calls are broken off. */
  readonly stopAbortsMs: number;
  /** From the acknowledgement of a stop: until the run is stopped. */
  readonly stoppedMs: number;
  /** Work that a fault took away may begin again this long after its end. */
  readonly aftermathMs: number;
  /** Added to the bounds of a stop that meets a fault in which work is lost, after the end of the fault. */
  readonly recoveryMs: number;
  /** The same for other faults, which only keep people from seeing it. */
  readonly rejoinMs: number;
  /** Calls of one effect, whatever happens; no bound when left out. */
  readonly maxCallsPerKey?: number;
  /** Runs may go back into the queue: there is nothing left of them at the workflow server. */
  readonly queuesAgain?: boolean;
}

export const BOUNDS: Bounds = {
  unownedMs: 30_000,
  aftermathMs: 10_000,
  stopStartsMs: 1_000,
  stopAbortsMs: 2_000,
  stoppedMs: 5_000,
  recoveryMs: 15_000,
  rejoinMs: 3_000,
};
