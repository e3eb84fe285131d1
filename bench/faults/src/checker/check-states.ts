import type { Bounds } from './bounds.js';
import { isEnd, type Recording, type Sample, type Span } from './recording.js';
import type { Violation } from './violation.js';

/** P2: no run is shown as running for long while nobody carries it on, and none goes back to an earlier state. */
export function checkStates({ samples, owners }: Recording, { unownedMs }: Bounds): Violation[] {
  const byRun = Map.groupBy(samples, ({ runId }) => runId);
  return [...byRun].flatMap(([runId, ofRun]) => {
    const ordered = ofRun.toSorted((a, b) => a.at - b.at);
    return [...findUnowned(runId, ordered, owners, unownedMs), ...findReturns(runId, ordered)];
  });
}

function findUnowned(runId: string, samples: readonly Sample[], owners: readonly Span[], boundMs: number): Violation[] {
  for (const { at, state, isTroubled } of samples) {
    if (state !== 'running' || isTroubled) continue;
    const sinceMs = at - lastOwnedAt(owners, at);
    if (sinceMs > boundMs) {
      const text = `is shown as running although nobody has been there for ${Math.round(sinceMs / 100) / 10} s`;
      return [{ promise: 'P2', kind: 'unowned', runId, text }];
    }
  }
  return [];
}

/** The last moment up to `at` at which somebody was there. */
function lastOwnedAt(owners: readonly Span[], at: number): number {
  return Math.max(...owners.filter(({ from }) => from <= at).map(({ to = Infinity }) => Math.min(to, at)), -Infinity);
}

function findReturns(runId: string, samples: readonly Sample[]): Violation[] {
  for (const [index, { state }] of samples.entries()) {
    const before = samples[index - 1];
    if (!before || before.state === state || rank(state) > rank(before.state)) continue;
    if (!isEnd(before.state) && state !== 'queued') continue; // running and waiting follow each other as they like
    const text = `was shown as ${before.state} (${before.source}) and later as ${state} (${samples[index]?.source})`;
    return [{ promise: 'P2', kind: 'state', runId, text }];
  }
  return [];
}

function rank(state: Sample['state']): number {
  if (isEnd(state)) return 2;
  return state === 'queued' ? 0 : 1;
}
