import type { ScriptedRule } from '@tenon/ports/testing';
import { acceptApp } from '../load/accept-app.js';
import { loadRules, type Order } from '../load/load.js';
import { Session } from '../load/session.js';
import { callNode, chainApp } from './chain-app.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { acceptLoad, HELD, heldCount, sizeOf } from './moments.js';

/** A large reply, and copies of it in one prompt, which together are more than a worker has. */
const RUNS = 4;
const REPLY = Array.from({ length: 90 }, () => 'x'.repeat(100_000));
const COPIES = 40;
/** Deaths of workers after which a run is ended. */
const DEATHS = 3;

/** Runs that want more memory than there is, and such as kill whoever carries them. */
export const memoryCases: readonly Case[] = [
  { ...{ cell: 'W9', fault: 'M', moment: 'runs want more memory than a worker has' }, run: tooLarge },
  { ...{ cell: 'W9', fault: 'K', moment: 'the same step is open at each of three deaths' }, run: deadly },
];

/** Each ends alone and with its reason, while the calls of its neighbours are open. */
async function tooLarge(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const session = await Session.open(stack, apps, [
    { when: { user: 'a large reply' }, reply: { text: REPLY } },
    ...heldLoad(),
  ]);
  await acceptLoad(session, setting);
  await stack.model.waitForHeld(heldCount(sizeOf(setting)), 60_000);
  const end = stack.log.begin('memory wanted', false);
  const copies = callNode('copies', '{{#large.text#}}'.repeat(COPIES));
  const app = chainApp('Copies', [callNode('large', 'a large reply'), copies], ['copies', 'text']);
  const orders = Array.from({ length: RUNS }, (_, index) => failing(`copies ${index}`, 'value.tooLarge'));
  const runIds = await acceptApp(session, app, orders);
  const areOver = () => session.followers.every(({ runId, completed }) => completed || !runIds.includes(runId));
  await session.seen(areOver, 'the ends of the runs that want too much');
  end();
  return { recording: await session.finish(), bounds: { maxCallsPerKey: 1 } };
}

/** What is open whenever a worker dies is given up after the third time; who was only there before goes on. */
async function deadly(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const { worker } = stack.victims;
  const session = await Session.open(stack, apps, [
    { when: { user: 'deadly call' }, reply: { text: 'ended', holdAfter: 0 } },
    ...[1, 2].flatMap((nthOfKey) => heldLoad().map((rule) => ({ ...rule, when: { ...rule.when, nthOfKey } }))),
    ...loadRules(),
  ]);
  const app = chainApp('Deadly', [callNode('call', 'deadly call')], ['call', 'text']);
  const [runId = ''] = await acceptApp(session, app, [failing('deadly', 'step.keptDying')]);
  await acceptLoad(session, setting);
  const callsOf = async () => (await session.calls()).filter(({ key }) => key === `${runId}/call`);
  for (let death = 1; death <= DEATHS; death += 1) {
    if (death < DEATHS) await stack.model.waitForHeld(1 + heldCount(sizeOf(setting)), 60_000);
    else await session.until(async () => (await callsOf()).length === death, 'the last call');
    await worker.kill();
    await worker.restore();
  }
  const recording = await session.finish();
  const { length } = recording.calls.filter(({ key }) => key === `${runId}/call`);
  return {
    ...{ recording, bounds: { maxCallsPerKey: DEATHS } },
    violations: demand(length === DEATHS, `the deadly call was made ${length} times`, 'P3'),
  };
}

/** Calls of the load are held before the first text of their answers. */
function heldLoad(): ScriptedRule[] {
  return loadRules((prompt) => (HELD.includes(prompt) ? { holdAfter: 0 } : {}));
}

function failing(name: string, failureCode: string): Order {
  return { ...{ name, app: 'endless', input: {} }, expected: { states: ['failed'], failureCode } };
}
