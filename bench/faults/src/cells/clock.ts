import type { TestClock } from '@tenon/platform/testing';
import type { Recording } from '../checker/recording.js';
import type { Violation } from '../checker/violation.js';
import { ask, type Door } from '../watch/api.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { furtherOrders, heldCount, loadAt, progressAfter, sizeOf } from './moments.js';
import { acceptRetries, untilRetrying } from './retries.js';

const MINUTES = 60_000;
/** Answers come a moment after what they tell of. */
const LEEWAY_MS = 1_000;
/** Runs that wait for their next try. */
const RETRIES = 4;
/** Of the app whose request is tried again. */
const PAUSE_MS = 8_000;
const FIRES_WITHIN_MS = 30_000;

/** Faults of the worker's clock; all other clocks are right. */
export const clockCases: readonly Case[] = [5, -5].map((minutes) => ({
  ...{ cell: 'C1', fault: 'W', moment: `while runs wait and work it jumps ${minutes > 0 ? 'ahead' : 'back'} 5 min` },
  ownStack: { hasWorkerClock: true },
  run: (setting) => jump(minutes * MINUTES, setting),
}));

/** The clock jumps under runs that wait for their next try or for the model; others are asked for while it is wrong. */
async function jump(shiftMs: number, setting: Setting): Promise<Outcome> {
  const { stack } = setting;
  const size = sizeOf(setting);
  const from = Date.now();
  const session = await loadAt('before the first text', setting);
  const others = size - heldCount(size);
  await session.seen(() => session.events('run.finished').length === others, 'the runs that nothing holds');
  const waiting = await acceptRetries(session, RETRIES);
  await untilRetrying(session, waiting.length);
  stack.effects.fail(0);
  // each failed request is made once more
  const end = stack.log.begin('the clock of the worker is wrong', true);
  const at = Date.now();
  await (stack.workerClock as TestClock).shift(shiftMs);
  const isNoticed = async () => Math.abs((await workerAheadMs(stack.backDoor)) - shiftMs) < MINUTES;
  await session.until(isNoticed, 'a clock that is found to be wrong');
  await session.accept(furtherOrders(setting));
  const recording = await session.finish();
  end();
  const times = await Promise.all(recording.runs.map(({ id }) => readTimes(stack.backDoor, id)));
  const span = { from: from - LEEWAY_MS, to: Date.now() + LEEWAY_MS };
  return {
    ...{ recording, recoveryMs: progressAfter(recording, at), bounds: { maxCallsPerKey: 2 } },
    violations: [
      ...waiting.flatMap((runId) => judgePause(runId, recording)),
      ...judgeRepetitions(waiting, recording),
      ...judgeTimes(times.flat(), span),
    ],
  };
}

/** The pause before the next try is as long as its author set, by the real clock. */
function judgePause(runId: string, { calls }: Recording): Violation[] {
  const [first, second] = calls.filter(({ key }) => key.startsWith(`${runId}/`));
  const pausedMs = (second?.at ?? NaN) - (first?.endedAt ?? NaN);
  const isRight = pausedMs >= PAUSE_MS - LEEWAY_MS && pausedMs <= FIRES_WITHIN_MS;
  return demand(isRight, `the pause before the next try was of ${pausedMs} ms`);
}

/** Nothing else is done again: nobody is away. */
function judgeRepetitions(waiting: readonly string[], { calls }: Recording): Violation[] {
  const keys = calls.map(({ key }) => key).filter((key) => !waiting.some((runId) => key.startsWith(`${runId}/`)));
  const again = keys.filter((key, index) => keys.indexOf(key) < index);
  return demand(again.length === 0, `${again.join(', ')} was called again although only a clock was wrong`, 'P3');
}

/** From when something lasted. */
interface Times {
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** Nothing began before the load or ended in the future, and nothing ended before it began. */
function judgeTimes(times: readonly Times[], span: { readonly from: number; readonly to: number }): Violation[] {
  const isWrong = ({ startedAt, finishedAt }: Times) => {
    const [began, ended] = [Date.parse(startedAt ?? ''), Date.parse(finishedAt ?? '')];
    return !(span.from <= began && began <= ended && ended <= span.to);
  };
  const wrong = times.filter(isWrong).map(({ startedAt, finishedAt }) => `${startedAt} to ${finishedAt}`);
  return demand(wrong.length === 0, `${wrong.length} of ${times.length} times are wrong, such as ${wrong[0]}`);
}

/** Of a run, of its steps and of each of their executions. */
async function readTimes(door: Door, id: string): Promise<Times[]> {
  const { run } = await ask<{ run: Times & { steps: (Times & { attempts: Times[] })[] } }>(
    door,
    `query ($id: ID!) { run(id: $id) { startedAt finishedAt
      steps { startedAt finishedAt attempts { startedAt finishedAt } } } }`,
    { id },
  );
  // a step of a branch that was not taken was never begun
  const steps = run.steps.filter(({ startedAt }) => startedAt !== null);
  return [run, ...steps, ...steps.flatMap(({ attempts }) => attempts)];
}

/** How far the clock of the worker is ahead, as the product says. */
async function workerAheadMs({ url, token }: Door): Promise<number> {
  const health = await fetch(`${url}/health`, { headers: { authorization: `Bearer ${token}` } });
  const { clocks } = (await health.json()) as { clocks?: { workerAheadMs: number | null } };
  return clocks?.workerAheadMs ?? NaN;
}
