import { setTimeout as delay } from 'node:timers/promises';
import type { Violation } from '../checker/violation.js';
import { loadRules, mixedLoad } from '../load/load.js';
import { Session } from '../load/session.js';
import { ask, importApp, list, publish, start, startOnce } from '../watch/api.js';
import { chainApp, textNode } from './chain-app.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { inject, type FaultKind } from './inject.js';
import { isBackWithin, loadAt, outageOf, progressAfter, sizeOf } from './moments.js';

const STREAMS = 200;
/** From when the API serves again to the next frame of every stream. */
const STREAMS_WITHIN_MS = 2_000;

/** Faults of the API. */
export const apiCases: readonly Case[] = [
  { ...{ cell: 'A1', fault: 'K', moment: 'the run is stored, the answer is not out' }, isQuick: true, run: unanswered },
  { ...{ cell: 'A2', fault: 'K', moment: '200 streams are open' }, run: (setting) => withStreams('K', setting) },
  { ...{ cell: 'A2', fault: 'S', moment: '200 streams are open' }, run: (setting) => withStreams('S', setting) },
  { ...{ cell: 'A4', fault: 'K', moment: 'while an app is imported or published' }, run: whilePublishing },
];

/** Whoever heard nothing asks again with the same key and gets the run that is there. */
async function unanswered(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const session = await Session.open(stack, apps, loadRules());
  const orders = mixedLoad(stack.effects.url, sizeOf(setting));
  stack.proxies.clientToApi.hold('answers');
  const asking = orders.map((order) => startOnce(stack.door, session.inputOf(order)).catch(() => undefined));
  const isStored = async () => (await list(stack.backDoor, session.channel)).length === orders.length;
  await session.until(isStored, 'runs that are stored');
  await inject(stack, 'api', 'K', 0, async () => stack.proxies.clientToApi.cut());
  stack.proxies.clientToApi.open();
  const told = (await Promise.all(asking)).filter((id) => id !== undefined);
  await session.accept(orders);
  const recording = await session.finish();
  return { recording, violations: demand(told.length === 0, 'an answer got out before the fault: nothing was tested') };
}

/** @param fault  of the API, while each run of a load has many followers */
async function withStreams(fault: FaultKind, setting: Setting): Promise<Outcome> {
  const { stack } = setting;
  const session = await loadAt('while text streams', setting, STREAMS / sizeOf(setting));
  await session.seen(() => session.followers.every(({ frames }) => frames.length > 0), 'streams that are open');
  const { healedAt } = await inject(stack, 'api', fault, fault === 'K' ? 0 : outageOf(setting), async () => {
    // the runs go on, so that everybody has missed something
    await stack.model.release();
  });
  const recording = await session.finish();
  const recoveryMs = progressAfter(recording, healedAt, () => true);
  const isInTime = fault === 'S' || isBackWithin(STREAMS_WITHIN_MS, recoveryMs);
  return {
    ...{ recording, recoveryMs },
    violations: demand(isInTime, `a stream went on more than ${STREAMS_WITHIN_MS} ms after the API served again`),
  };
}

/** The API ends somewhere in a change of an app: what is live then is the old version or the new one, and runs. */
async function whilePublishing(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const { api } = stack.victims;
  const session = await Session.open(stack, apps, loadRules());
  const violations: Violation[] = [];
  const appId = await importApp(stack.backDoor, saying(0));
  await publish(stack.backDoor, appId);
  let live = 0;
  let draft = 0;
  const times = setting.isQuick ? 4 : 16;
  const orders = mixedLoad(stack.effects.url, sizeOf(setting));
  const portion = Math.ceil(orders.length / times);
  for (let version = 1; version <= times; version += 1) {
    // in portions, so that runs are under way each time
    await session.accept(orders.splice(0, portion));
    // from the first byte that the API writes to its database to beyond the last
    const bytes = 1 + Math.round((7_000 * (version - 1)) / times);
    let wasTold = false;
    const changing = importApp(stack.backDoor, saying(version), appId)
      .then(() => publish(stack.backDoor, appId))
      .then(() => void (wasTold = true))
      .catch(() => undefined);
    await Promise.race([stack.proxies.apiToPostgres.passed(bytes), changing, delay(10_000)]);
    const isTold = wasTold;
    await api.kill();
    await api.restore();
    await changing;
    const input = { appId, channel: session.channel, idempotencyKey: `${session.channel}/said ${version}` };
    const runId = await start(stack.backDoor, input, Date.now() + 30_000);
    session.take(runId, { name: `said ${version}`, app: 'code', input: {}, expected: { states: ['succeeded'] } });
    let said = '';
    await session.until(async () => {
      const end = await session.read(runId);
      said = end?.result ?? '';
      return end?.state === 'succeeded';
    }, 'the run of a changed app');
    const allowed = isTold ? [version] : [live, version];
    const is = allowed.find((one) => said === JSON.stringify({ told: `version ${one}` }));
    violations.push(...demand(is !== undefined, `the app says ${said} where it must be ${allowed.join(' or ')}`, 'P1'));
    const query = 'query ($id: ID!) { app(id: $id) { export liveVersion { number } } }';
    const { app } = await ask<{ app: { export: string } }>(stack.backDoor, query, { id: appId });
    const found = [draft, version].find((one) => new RegExp(`version ${one}\\b`).test(app.export));
    violations.push(...demand(found !== undefined, 'the draft is neither the old one nor the new one', 'P1'));
    live = is ?? live;
    draft = found ?? draft;
  }
  return { recording: await session.finish(), violations };
}

const saying = (version: number) =>
  chainApp('Saying its version', [textNode('say', `version ${version}`)], ['say', 'output']);
