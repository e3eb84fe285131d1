import type { Bounds } from './bounds.js';
import { isEnd, type Fault, type Recording, type SeenCall, type Stop } from './recording.js';
import type { Violation } from './violation.js';

/** P5: after a stop nothing new begins, open calls are broken off, and the run is stopped. */
export function checkStops(recording: Recording, bounds: Bounds): Violation[] {
  return recording.stops.flatMap((stop) => checkStop(stop, recording, bounds));
}

function checkStop({ runId, acknowledgedAt }: Stop, recording: Recording, bounds: Bounds): Violation[] {
  const { calls, faults, streams } = recording;
  const extraMs = extraAfter(acknowledgedAt, faults, bounds);
  const ofRun = calls.filter(({ key }) => key.startsWith(`${runId}/`));
  const known = new Set(ofRun.filter(({ at }) => at <= acknowledgedAt).map(({ key }) => key));
  const isLate = (at: number | undefined, boundMs: number) => (at ?? Infinity) > acknowledgedAt + boundMs + extraMs;
  const broken = (text: string): Violation => ({ promise: 'P5', kind: 'stop', runId, text });
  const found: Violation[] = [];
  const events = streams
    .filter((stream) => stream.runId === runId)
    .flatMap(({ frames }) => frames.filter((frame) => frame.kind === 'event'));
  const isInTime = (seq: number) => events.some((one) => one.seq === seq && !isLate(one.at, bounds.stopStartsMs));
  const begun = events.find(({ type, seq }) => type === 'step.started' && !isInTime(seq));
  if (begun) found.push(broken(`the step ${begun.stepKey} began after the stop`));
  const started = ofRun.find(({ key, at }) => !known.has(key) && isLate(at, bounds.stopStartsMs));
  if (started) found.push(broken(`${started.key} began after the stop`));
  const isOpen = ({ at, endedAt }: SeenCall) => at <= acknowledgedAt && isLate(endedAt, bounds.stopAbortsMs);
  const open = ofRun.find(isOpen);
  if (open) found.push(broken(`${open.key} went on after the stop`));
  const endedAt = events.filter(({ type }) => type === 'run.finished').map(({ at }) => at);
  if (isLate(Math.min(...endedAt), bounds.stoppedMs)) found.push(broken('was not stopped in time'));
  const end = recording.runs.find(({ id }) => id === runId)?.end;
  if (end && isEnd(end.state) && end.state !== 'stopped' && endedAt.every((at) => at > acknowledgedAt))
    found.push(broken(`is ${end.state} although it was stopped before its end`));
  return found;
}

/** A stop that meets a fault may take as long as the fault lasts, and until what it hit is back. */
function extraAfter(at: number, faults: readonly Fault[], bounds: Bounds): number {
  const met = faults.filter(
    ({ at: from, until = Infinity, losesWork }) =>
      from <= at + bounds.stoppedMs && until >= at - (losesWork ? bounds.aftermathMs : 0),
  );
  const extras = met.map(
    ({ until = at, losesWork }) => Math.max(0, until - at) + (losesWork ? bounds.recoveryMs : bounds.rejoinMs),
  );
  return Math.max(0, ...extras);
}
