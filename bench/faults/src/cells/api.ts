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
/** More than the API sends to its database of a change of an app and its publishing. */
const MESSAGES = 12;
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
  const session = await loadAt('while text streams', setting, { followers: STREAMS / sizeOf(setting) });
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

/** The API ends after each message of a change of an app: what is live then is the old version or the new one, and runs. */
async function whilePublishing(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const { api } = stack.victims;
  const { apiToPostgres } = stack.proxies;
  const session = await Session.open(stack, apps, loadRules());
  const violations: Violation[] = [];
  const appId = await importApp(stack.backDoor, saying(0));
  await publish(stack.backDoor, appId);
  let live = 0;
  let draft = 0;
  let isTold = false;
  const orders = mixedLoad(stack.effects.url, sizeOf(setting));
  const portion = Math.ceil(orders.length / MESSAGES);
  for (let version = 1; version <= MESSAGES; version += 1) {
    // in portions, so that runs are under way each time
    await session.accept(orders.splice(0, portion));
    const held = apiToPostgres.holdAfter(version, (message) => message.includes(appId) || /commit/i.test(message));
    const changing = importApp(stack.backDoor, saying(version), appId)
      .then(() => publish(stack.backDoor, appId))
      .then(
        () => true,
        () => false,
      );
    await Promise.race([held, changing, delay(10_000)]);
    await api.kill();
    apiToPostgres.cut();
    apiToPostgres.open();
    await api.restore();
    isTold = await changing;
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
    const is = allowed.find((one) => said === JSON.stringify({ told: textOf(one) }));
    violations.push(...demand(is !== undefined, `the app says ${said} where it must be ${allowed.join(' or ')}`, 'P1'));
    const { app } = await ask<{ app: ShownApp }>(stack.backDoor, SHOWN_APP, { id: appId });
    const found = [draft, version].find((one) => app.name === nameOf(one) && app.export.includes(textOf(one)));
    violations.push(...demand(found !== undefined, 'the draft is neither the old one nor the new one', 'P1'));
    const isNewest = app.versions.edges[0]?.node.number === app.liveVersion.number;
    violations.push(...demand(isNewest, 'there is a version that was published in part', 'P1'));
    live = is ?? live;
    draft = found ?? draft;
  }
  violations.push(...demand(isTold, `the change is of more messages than ${MESSAGES}: not each was the last`));
  return { recording: await session.finish(), violations };
}

interface ShownApp {
  readonly name: string;
  readonly export: string;
  readonly liveVersion: { readonly number: number };
  readonly versions: { readonly edges: readonly { readonly node: { readonly number: number } }[] };
}

const SHOWN_APP = `query ($id: ID!) { app(id: $id) {
  name export liveVersion { number } versions(first: 1) { edges { node { number } } } } }`;

const nameOf = (version: number) => `App ${version}`;
const textOf = (version: number) => `version ${version} says this`;
const saying = (version: number) => chainApp(nameOf(version), [textNode('say', textOf(version))], ['say', 'output']);
