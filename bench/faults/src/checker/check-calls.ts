import type { Bounds } from './bounds.js';
import type { EndState, Fault, Recording, SeenCall } from './recording.js';
import type { Violation } from './violation.js';

/** From the beginning of an execution to its call. */
const CALLS_WITHIN_MS = 1_000;

/**
 * P3: what is finished is not done again, and what is done again was hit by a fault. The key of a call names the run and
 * the step: `<run>/<step>`.
 */
export function checkCalls(recording: Recording, { maxCallsPerKey, aftermathMs }: Bounds): Violation[] {
  const isOverlap = findOverlaps(recording);
  const finishedAt = findFinished(recording);
  const byKey = Map.groupBy(recording.calls, ({ key }) => key);
  return [...byKey].flatMap(([key, calls]) => {
    const ordered = calls.toSorted((a, b) => a.at - b.at);
    const runId = key.split('/')[0] ?? key;
    const broken = (text: string): Violation => ({ promise: 'P3', kind: 'repeated', runId, text: `${key} ${text}` });
    const found: Violation[] = [];
    const end = finishedAt.get(key) ?? Infinity;
    const late = ordered.findIndex(({ at }, index) => at > end && !isOverlap(key, index, { at, end }));
    if (late > 0) found.push(broken(`was called again (call ${late + 1}) although the step had finished`));
    else {
      const needless = findNeedless(ordered, recording.faults, aftermathMs);
      if (needless) found.push(broken(needless));
    }
    if (maxCallsPerKey !== undefined && ordered.length > maxCallsPerKey)
      found.push(broken(`was called ${ordered.length} times, more than ${maxCallsPerKey}`));
    return found;
  });
}

/** P3: every call names a step of an accepted run, so that the other side can tell a repetition. */
export function checkKeys({ calls, runs }: Recording): Violation[] {
  const steps = new Map(runs.map(({ id, end }) => [id, end && stepsOf(end)]));
  const isKnown = ({ key }: SeenCall) => {
    const [runId = '', ...step] = key.split('/');
    // of a run without an end no steps are known
    return steps.has(runId) && step.length > 0 && (steps.get(runId)?.has(step.join('/')) ?? true);
  };
  const unknown = calls.filter((call) => !isKnown(call)).map(({ key }) => key);
  return [...new Set(unknown)].map((key) => ({
    ...{ promise: 'P3', kind: 'repeated' },
    text: `a call has a key that names no step of a run: ${key}`,
  }));
}

function stepsOf({ executions, begunSteps }: EndState): ReadonlySet<string> {
  return new Set([...executions.map(({ stepKey }) => stepKey), ...begunSteps]);
}

/** When each step was seen to be finished: by a follower, or by the product's own record. The earlier counts. */
function findFinished({ streams, runs }: Recording): ReadonlyMap<string, number> {
  const finishedAt = new Map<string, number>();
  const note = (key: string, at: number) => finishedAt.set(key, Math.min(at, finishedAt.get(key) ?? Infinity));
  for (const { runId, frames } of streams)
    for (const frame of frames)
      if (frame.kind === 'event' && frame.type === 'step.succeeded' && frame.stepKey)
        note(`${runId}/${frame.stepKey}`, frame.at);
  for (const { id, end } of runs)
    for (const { stepKey, outcome, finishedAt: at } of end?.executions ?? [])
      if (outcome === 'succeeded' && at !== undefined) note(`${id}/${stepKey}`, at);
  return finishedAt;
}

/**
 * Whether a call, counted from 0, belongs to an execution that had just begun, by the product's own record, when another
 * one finished: between looking for a result and calling, one may be recorded.
 */
function findOverlaps({ runs }: Recording) {
  const executions = runs.flatMap(({ id, end }) =>
    (end?.executions ?? []).map(({ stepKey, startedAt }) => ({ key: `${id}/${stepKey}`, startedAt })),
  );
  const byKey = Map.groupBy(
    executions.toSorted((a, b) => a.startedAt - b.startedAt),
    ({ key }) => key,
  );
  return (key: string, index: number, { at, end }: { readonly at: number; readonly end: number }) => {
    const startedAt = byKey.get(key)?.[index]?.startedAt ?? Infinity;
    return startedAt <= end && at <= startedAt + CALLS_WITHIN_MS;
  };
}

/** Each repetition needs a fault of its own that began or lasted between it and the call before. */
function findNeedless(calls: readonly SeenCall[], faults: readonly Fault[], aftermathMs: number): string | undefined {
  const left = faults.filter(({ losesWork }) => losesWork);
  for (const [index, call] of calls.entries()) {
    const before = calls[index - 1];
    if (!before) continue;
    const cause = left.findIndex(({ at, until = Infinity }) => at <= call.at && until + aftermathMs >= before.at);
    if (cause < 0) return `was called again (call ${index + 1}) although nothing had happened to the call before`;
    left.splice(cause, 1);
  }
  return undefined;
}
