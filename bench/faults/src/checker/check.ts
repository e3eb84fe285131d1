import { BOUNDS, type Bounds } from './bounds.js';
import { checkCalls, checkKeys } from './check-calls.js';
import { checkRuns } from './check-runs.js';
import { checkStates } from './check-states.js';
import { checkStops } from './check-stops.js';
import { checkStreams } from './check-streams.js';
import type { Recording } from './recording.js';
import type { Violation } from './violation.js';

/** Everything in a recording that breaks a promise; nothing when all are kept. */
export function check(recording: Recording, bounds: Partial<Bounds> = {}): Violation[] {
  const all = { ...BOUNDS, ...bounds };
  return [
    ...checkRuns(recording),
    ...checkStates(recording, all),
    ...checkCalls(recording, all),
    ...checkKeys(recording),
    ...checkStreams(recording),
    ...checkStops(recording, all),
  ];
}
