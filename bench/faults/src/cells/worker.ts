import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from '../load/session.js';
import { detail } from '../watch/api.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { inject } from './inject.js';
import { acceptLoad, isBackWithin, loadAt, outageOf, progressAfter } from './moments.js';

/** While a worker is away its runs are shown as recovering within this time. */
const SHOWN_WITHIN_MS = 5_000;

/** Faults of the worker around the calls that it makes. */
export const workerCases: readonly Case[] = [
  {
    ...{ cell: 'W1', fault: 'K', moment: 'before the start has left the worker' },
    run: (setting) => unbegun('all', setting),
  },
  {
    ...{ cell: 'W1', fault: 'K', moment: 'before the first step is taken' },
    run: (setting) => unbegun('answers', setting),
  },
  {
    ...{ cell: 'W2', fault: 'K', moment: 'inside a model call, before its first text', isQuick: true },
    run: async (setting) => {
      const session = await loadAt('before the first text', setting);
      const { at } = await inject(setting.stack, 'worker', 'K', 0);
      const recording = await session.finish();
      return { recording, bounds: { maxCallsPerKey: 2 }, recoveryMs: progressAfter(recording, at) };
    },
  },
  {
    ...{ cell: 'W2', fault: 'S', moment: 'inside a model call, another worker is there' },
    run: async (setting) => {
      const session = await loadAt('before the first text', setting);
      const further = await setting.stack.startWorker();
      const play = async () => {
        const { at } = await inject(setting.stack, 'worker', 'S', outageOf(setting), () => untilRepeated(session));
        // the calls of the stopped worker are answered only now: what it makes of them comes too late
        return { at, recording: await session.finish() };
      };
      const { at, recording } = await play().finally(() => further.stop());
      const recoveryMs = progressAfter(recording, at);
      const isInTime = isBackWithin(30_000, recoveryMs);
      return {
        ...{ recording, recoveryMs, bounds: { maxCallsPerKey: 2 } },
        violations: demand(isInTime, 'a run went on more than 30 s after its worker was stopped'),
      };
    },
  },
  {
    ...{ cell: 'W2', fault: 'K', moment: 'inside a model call, the worker stays away for a while' },
    run: async (setting) => {
      const session = await loadAt('before the first text', setting);
      let untilShownMs = Infinity;
      const { at } = await inject(setting.stack, 'worker', 'K', outageOf(setting, 40_000), async () => {
        untilShownMs = await untilTroubled(session, setting);
      });
      const recording = await session.finish();
      const isShown = untilShownMs <= SHOWN_WITHIN_MS;
      return {
        ...{ recording, recoveryMs: progressAfter(recording, at), bounds: { maxCallsPerKey: 2 } },
        violations: demand(isShown, `runs were not shown as recovering within 5 s but ${untilShownMs} ms`, 'P2'),
      };
    },
  },
  {
    ...{ cell: 'W3', fault: 'K', moment: 'while text streams to the client', isQuick: true },
    run: async (setting) => {
      const session = await loadAt('while text streams', setting);
      const { at } = await inject(setting.stack, 'worker', 'K', 0);
      const recording = await session.finish();
      return { recording, bounds: { maxCallsPerKey: 2 }, recoveryMs: progressAfter(recording, at) };
    },
  },
  {
    ...{ cell: 'W4', fault: 'K', moment: 'the model has answered, the result is not recorded' },
    run: async (setting) => {
      const { workerToPostgres } = setting.stack.proxies;
      const session = await loadAt('after the last text', setting);
      workerToPostgres.hold();
      const held = await releaseAndSeeAnswered(session, setting);
      const { at } = await inject(setting.stack, 'worker', 'K', 0, async () => {
        workerToPostgres.cut();
        workerToPostgres.open();
      });
      const recording = await session.finish();
      const isRepeated = held.every((key) => recording.calls.filter((call) => call.key === key).length === 2);
      return {
        ...{ recording, recoveryMs: progressAfter(recording, at), bounds: { maxCallsPerKey: 2 } },
        violations: demand(isRepeated, 'a call whose result was lost was not made once more', 'P3'),
      };
    },
  },
  {
    ...{ cell: 'W5', fault: 'K', moment: 'between steps: the result is recorded, nobody was told', isQuick: true },
    run: async (setting) => {
      const { workerToTemporal } = setting.stack.proxies;
      const session = await loadAt('after the last text', setting);
      workerToTemporal.hold();
      const held = await releaseAndSeeAnswered(session, setting);
      await untilRecorded(session, held);
      const { at } = await inject(setting.stack, 'worker', 'K', 0, async () => {
        workerToTemporal.cut();
        workerToTemporal.open();
      });
      const recording = await session.finish();
      const stopped = recording.stops.map(({ runId }) => runId);
      const isOpenAtTheFault = (key: string) => stopped.some((runId) => key.startsWith(`${runId}/`));
      const keys = recording.calls.map(({ key }) => key).filter((key) => !isOpenAtTheFault(key));
      const isOnce = new Set(keys).size === keys.length;
      return {
        ...{ recording, recoveryMs: progressAfter(recording, at) },
        violations: demand(isOnce, 'a call whose result was recorded was made once more', 'P3'),
      };
    },
  },
];

/** Runs that are accepted begin on the next worker. @param held  what does not pass between the worker and its server */
async function unbegun(held: 'all' | 'answers', setting: Setting): Promise<Outcome> {
  const { victims, proxies } = setting.stack;
  const session = await loadAt('idle', setting);
  proxies.workerToTemporal.hold(held);
  await acceptLoad(session, setting);
  const hasBegun = session.events('run.started').length > 0;
  await victims.worker.kill();
  proxies.workerToTemporal.cut();
  proxies.workerToTemporal.open();
  await victims.worker.restore();
  const healedAt = Date.now();
  const recording = await session.finish();
  const recoveryMs = progressAfter(recording, healedAt);
  return {
    ...{ recording, recoveryMs },
    violations: [
      ...demand(!hasBegun, 'a run had begun before the fault: nothing was tested'),
      ...demand(isBackWithin(10_000, recoveryMs), 'a run began more than 10 s after the worker was back'),
    ],
  };
}

/** Lets go of what is held and waits for the answers to be out. @returns the keys of those calls */
async function releaseAndSeeAnswered(session: Session, { stack }: Setting): Promise<string[]> {
  const held = (await session.calls()).filter(({ state }) => state === 'held').map(({ key }) => key);
  await stack.model.release();
  await session.until(async () => {
    const calls = await session.calls();
    return held.every((key) => calls.some((call) => call.key === key && call.state === 'answered'));
  }, 'answered calls');
  return held;
}

async function untilRecorded(session: Session, keys: readonly string[]): Promise<void> {
  await session.until(async () => {
    const ends = await Promise.all(session.runs.map(async ({ id }) => ({ id, end: await session.read(id) })));
    const recorded = new Set(
      ends.flatMap(({ id, end }) =>
        (end?.executions ?? [])
          .filter(({ outcome }) => outcome === 'succeeded')
          .map(({ stepKey }) => `${id}/${stepKey}`),
      ),
    );
    return keys.every((key) => recorded.has(key));
  }, 'recorded results');
}

/** Every held call was made again, by somebody else. */
async function untilRepeated(session: Session): Promise<void> {
  const held = (await session.calls()).filter(({ state }) => state === 'held').map(({ key }) => key);
  await session.until(async () => {
    const calls = await session.calls();
    return held.every((key) => calls.filter((call) => call.key === key).length === 2);
  }, 'calls that were made again');
}

/** @returns how long it took until every open run was shown as recovering or in need of attention, in milliseconds */
async function untilTroubled(session: Session, { stack }: Setting): Promise<number> {
  const from = Date.now();
  for (;;) {
    const runs = await detail(
      stack.backDoor,
      session.runs.map(({ id }) => id),
    );
    const isShown = runs.every(({ state, isTroubled }) => state !== 'running' || isTroubled);
    if (isShown || Date.now() - from > 4 * SHOWN_WITHIN_MS) return Date.now() - from;
    await delay(100);
  }
}
