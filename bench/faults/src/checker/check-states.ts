import type { Bounds } from './bounds.js';
import { isEnd, type Frame, type Recording, type Sample, type Span } from './recording.js';
import type { Violation } from './violation.js';

/**
 * P2: no run is shown as running for long while nobody carries runs on, or while nothing of it moves, and none goes back
 * to an earlier state.
 */
export function checkStates(recording: Recording, { unownedMs, queuesAgain = false }: Bounds): Violation[] {
  const byRun = Map.groupBy(recording.samples, ({ runId }) => runId);
  return [...byRun].flatMap(([runId, ofRun]) => {
    const ordered = ofRun.toSorted((a, b) => a.at - b.at);
    const unowned = findUnowned(runId, ordered, recording, unownedMs);
    return [...(unowned ? [unowned] : []), ...findReturns(runId, ordered, queuesAgain)];
  });
}

function findUnowned(
  runId: string,
  samples: readonly Sample[],
  recording: Recording,
  boundMs: number,
): Violation | undefined {
  const moves = movesOf(runId, recording);
  const broken = (text: string): Violation => ({ promise: 'P2', kind: 'unowned', runId, text });
  for (const { at, state, isTroubled } of samples) {
    if (state !== 'running' || isTroubled) continue;
    const [unownedMs, stillMs] = [at - lastWithin(recording.owners, at), at - lastWithin(moves, at)];
    if (unownedMs > boundMs)
      return broken(`is shown as running although nobody has been there for ${inSeconds(unownedMs)}`);
    if (stillMs > boundMs && !waitsByItself(runId, recording, at))
      return broken(`is shown as running although nothing of it has moved for ${inSeconds(stillMs)}`);
  }
  return undefined;
}

/** Whenever something of a run was seen to go on: it was told of, or called somebody. Faults are no time to judge by. */
function movesOf(runId: string, { runs, streams, calls, faults }: Recording): Span[] {
  const moments = [
    ...runs.filter(({ id }) => id === runId).map(({ acceptedAt }) => acceptedAt),
    ...framesOf(runId, streams).map(({ at }) => at),
  ];
  return [
    ...moments.map((at) => ({ from: at, to: at })),
    ...calls.filter(({ key }) => key.startsWith(`${runId}/`)).map(({ at, endedAt }) => spanOf(at, endedAt)),
    ...faults.map(({ at, until }) => spanOf(at, until)),
  ];
}

function framesOf(runId: string, streams: Recording['streams']): readonly Frame[] {
  return streams.filter((stream) => stream.runId === runId).flatMap(({ frames }) => frames);
}

/** Whether a step pauses before its next try. */
function waitsByItself(runId: string, { streams }: Recording, at: number): boolean {
  const latest = new Map<string, string>();
  for (const frame of framesOf(runId, streams))
    if (frame.kind === 'event' && frame.stepKey && frame.at <= at) latest.set(frame.stepKey, frame.type);
  return [...latest.values()].includes('step.retrying');
}

function spanOf(from: number, to: number | undefined): Span {
  return { from, ...(to !== undefined && { to }) };
}

/** The last moment up to `at` that lies in one of the spans. */
function lastWithin(spans: readonly Span[], at: number): number {
  return Math.max(...spans.filter(({ from }) => from <= at).map(({ to = Infinity }) => Math.min(to, at)), -Infinity);
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

function findReturns(runId: string, samples: readonly Sample[], queuesAgain: boolean): Violation[] {
  for (const [index, { state }] of samples.entries()) {
    const before = samples[index - 1];
    if (!before || before.state === state || rank(state) > rank(before.state)) continue;
    if (!isEnd(before.state) && (state !== 'queued' || queuesAgain)) continue; // running and waiting follow each other as they like
    const text = `was shown as ${before.state} (${before.source}) and later as ${state} (${samples[index]?.source})`;
    return [{ promise: 'P2', kind: 'state', runId, text }];
  }
  return [];
}

function rank(state: Sample['state']): number {
  if (isEnd(state)) return 2;
  return state === 'queued' ? 0 : 1;
}
