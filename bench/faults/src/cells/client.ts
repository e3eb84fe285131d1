import { loadRules, mixedLoad, type Order } from '../load/load.js';
import { Session } from '../load/session.js';
import { Proxy } from '../stack/proxy.js';
import { countSockets } from '../stack/processes.js';
import { Follower } from '../watch/follower.js';
import { seeded } from '../seeded.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { sizeOf } from './moments.js';

/** Cuts of each stream. */
const CUTS = 3;
/** Bytes until the next cut at most: that often, each stream of the load has more than that. */
const STRETCH_BYTES = 300;
const MIB = 1024 * 1024;
const SLOW_READERS = 100;
const PIECES = 9_000;

/** Faults of those who follow runs. */
export const clientCases: readonly Case[] = [
  { ...{ cell: 'N1', fault: 'C', moment: 'at every kind of byte of a stream' }, isQuick: true, run: cutEverywhere },
  { ...{ cell: 'N2', fault: 'D', moment: 'a follower reads one byte a second' }, run: slowReaders },
];

/** Each follower is cut off in the handshake, in the header and the middle of a message, and between two. */
async function cutEverywhere(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const session = await Session.open(stack, apps, loadRules());
  const followers = setting.isQuick ? 5 : 50;
  const random = seeded(followers);
  const size = sizeOf(setting);
  const early = Array.from({ length: 400 }, (_, byte) => byte + 1);
  const later = Array.from({ length: size * followers * CUTS }, () => 1 + Math.floor(random() * STRETCH_BYTES));
  const end = stack.log.begin('client cut off', false);
  stack.proxies.clientToApi.cutNextAfter(setting.isQuick ? later : [...early, ...later]);
  await session.accept(mixedLoad(stack.effects.url, size), { followers, door: stack.backDoor });
  const recording = await session.finish();
  end();
  const cuts = session.followers.reduce((sum, { connections }) => sum + connections - 1, 0);
  // a stream whose run has ended meanwhile may have less left than the next stretch
  const isHarsh = cuts >= session.followers.length;
  return { recording, violations: demand(isHarsh, `${session.followers.length} streams were cut only ${cuts} times`) };
}

/** Followers that hardly read cost the API little, are closed out, and can go on later; the run is not held up. */
async function slowReaders(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const piece = 'x'.repeat(1_023) + ' ';
  const text = Array.from({ length: PIECES }, () => piece);
  const session = await Session.open(stack, apps, [
    { when: { user: 'chat call1' }, reply: { text, holdAfter: 1 } },
    ...loadRules(),
  ]);
  const proxy = await Proxy.start(new URL(stack.backDoor.url).host);
  const { pid } = stack.victims.api;
  const order: Order = {
    ...{ name: 'a long answer', app: 'chat', input: { query: 'go' } },
    expected: { states: ['succeeded'], result: `${text.join('')}five six seven eight nine ten eleven twelve ` },
  };
  const [runId = ''] = await session.accept([order], { door: stack.backDoor });
  const door = { ...stack.backDoor, url: `http://${proxy.address}` };
  const sockets = await countSockets(pid);
  const slow = Array.from({ length: SLOW_READERS }, () => new Follower(door, runId));
  await session.until(async () => slow.every(({ frames }) => frames.length > 0), 'streams that are open');
  await stack.model.waitForHeld(1);
  const bytes = await stack.apiMemory.measure(pid);
  proxy.slowDown(1);
  const end = stack.log.begin('client slow', false);
  await stack.model.release();
  let mostBytes = 0;
  // nobody is kept for ever who does not read
  const areClosed = async () => {
    mostBytes = Math.max(mostBytes, await stack.apiMemory.measure(pid));
    return (await countSockets(pid)) < sockets + SLOW_READERS / 2;
  };
  const isRead = () => session.followers.every(({ completed }) => completed);
  await Promise.all([
    session.seen(isRead, 'the end of the run', 120_000),
    session.until(areClosed, 'slow streams that are closed', 120_000),
  ]);
  proxy.open();
  proxy.cut();
  session.followers.push(...slow);
  const recording = await session.finish();
  end();
  await proxy.close();
  const mib = Math.round((mostBytes - bytes) / MIB);
  return {
    recording,
    violations: demand(mib <= SLOW_READERS, `the API held ${mib} MiB more for ${SLOW_READERS} slow readers`),
  };
}
