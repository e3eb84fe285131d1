import { mayMount, takeConnections, type SmallDisk } from '@tenon/platform/testing';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Violation } from '../checker/violation.js';
import { orderOf, readApp, type Order } from '../load/load.js';
import type { Session } from '../load/session.js';
import { ask, importApp, publish, startOnce, type Door } from '../watch/api.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { inject, type FaultKind } from './inject.js';
import { acceptLoad, furtherOrders, loadAt, outageOf, progressAfter, sizeOf, type Moment } from './moments.js';

/** The API answers again within this time after the database is back. */
const BACK_WITHIN_MS = 5_000;
const MOMENTS: readonly Moment[] = ['idle', 'before the first text', 'while text streams', 'after the last text'];
/** More requests at once than the API has connections. */
const CROWD = 40;
/** What goes on while something is full or taken answers within this time. */
const READS_WITHIN_MS = 2_000;
/** A request waits for a connection no longer than this. */
const TOLD_WITHIN_MS = 12_000;
const SENTENCES = {
  full: 'The disk of the database is full: free some space. What was accepted is safe and goes on then.',
  taken: 'All connections of the database are taken: let other programs use fewer, or raise its max_connections.',
  away: 'The database does not answer; what was accepted is safe and goes on when it is back.',
};

/** Faults of the database. */
export const postgresCases: readonly Case[] = [
  ...MOMENTS.flatMap((moment) =>
    (['K', 'S', 'C'] as const).map((fault) => ({
      ...{ cell: 'D1', fault, moment: moment === 'idle' ? 'while runs are accepted' : moment },
      isQuick: moment === 'while text streams' && fault === 'K',
      run: (setting: Setting) => awayAt(moment, fault, setting),
    })),
  ),
  { ...{ cell: 'D2', fault: 'K', moment: 'right after it has acknowledged' }, run: killedAfterCommit },
  {
    ...{ cell: 'D3', fault: 'F', moment: 'its disk is full while runs are accepted and work' },
    ownStack: { hasSmallDisk: true },
    obstacle: () => (mayMount() ? undefined : 'not run: this process may not mount a small disk'),
    run: diskIsFull,
  },
  { ...{ cell: 'D4', fault: 'D', moment: 'others have taken all connections' }, run: connectionsAreTaken },
];

async function awayAt(moment: Moment, fault: FaultKind, setting: Setting): Promise<Outcome> {
  const { stack } = setting;
  const session = await loadAt(moment, setting);
  const accepting = moment === 'idle' ? acceptLoad(session, setting) : undefined;
  if (accepting) await session.seen(() => session.runs.length > 0, 'a first run that is accepted');
  // the answers come while there is nobody who keeps them
  const answer = async () => {
    if (!accepting) await stack.model.release();
  };
  const { healedAt } = await inject(stack, 'postgres', fault, outageOf(setting), answer);
  const backMs = await untilAnswering(setting, healedAt);
  await accepting;
  const recording = await session.finish();
  return {
    ...{ recording, recoveryMs: progressAfter(recording, healedAt) },
    violations: demand(backMs <= BACK_WITHIN_MS, `the API answered all again only ${backMs} ms after the database`),
  };
}

/** From `healedAt` until a crowd of requests is answered, in milliseconds. */
export async function untilAnswering({ stack }: Setting, healedAt: number): Promise<number> {
  const query = 'query { runs(first: 20) { edges { node { id steps { key } } } } }';
  for (const end = healedAt + 60_000; Date.now() < end; await delay(50)) {
    const answers = await Promise.allSettled(
      Array.from({ length: CROWD }, () => ask(stack.backDoor, query, {}, BACK_WITHIN_MS)),
    );
    if (answers.every(({ status }) => status === 'fulfilled')) return Date.now() - healedAt;
  }
  return Infinity;
}

/** Runs and versions whose acceptance was told the moment before are there afterwards. */
async function killedAfterCommit(setting: Setting): Promise<Outcome> {
  const { stack } = setting;
  const { postgres } = stack.victims;
  const session = await loadAt('idle', setting);
  const violations: Violation[] = [];
  const accepting = acceptLoad(session, setting);
  await session.seen(() => session.runs.length > 0, 'a first run that is accepted');
  await postgres.kill();
  await postgres.restore();
  await accepting;
  const appId = await importApp(stack.backDoor, await readApp('code'));
  for (let version = 1; version <= 3; version += 1) {
    const number = await publish(stack.backDoor, appId);
    await postgres.kill();
    await postgres.restore();
    await untilAnswering(setting, Date.now());
    const query = 'query ($id: ID!) { app(id: $id) { liveVersion { number } } }';
    const { app } = await ask<{ app: { liveVersion: { number: number } } }>(stack.backDoor, query, { id: appId });
    const isThere = app.liveVersion.number === number;
    violations.push(...demand(isThere, `version ${number} was published and is not live`, 'P1'));
  }
  const recording = await session.finish();
  return { recording, violations };
}

/** What works goes on or waits, reading goes on, and who asks for more is told why there is no room. */
async function diskIsFull(setting: Setting): Promise<Outcome> {
  const { stack } = setting;
  const { backDoor, databaseDisk, effects } = stack;
  const disk = databaseDisk as SmallDisk;
  const session = await loadAt('while text streams', setting);
  // a first call does not wait until it is written down that it is made, and is made again when it could not be
  const end = stack.log.begin('the disk of the database is full', true);
  await disk.fill();
  const said = new Set<string>();
  const asking = furtherOrders(setting).map((order) => acceptInTheEnd(session, order, said));
  // more than the room that is left between what is there
  const large: Order = { ...orderOf('chat', 2 * sizeOf(setting), effects.url), input: { query: randomText(70_000) } };
  asking.push(acceptInTheEnd(session, large, said));
  await session.until(async () => said.size > 0, 'a refusal');
  const reading = readFor(backDoor, outageOf(setting, 10_000));
  await stack.model.release();
  const health = await fetch(`${backDoor.url}/health`, { headers: { authorization: `Bearer ${backDoor.token}` } });
  const tells = health.status === 503 && (await health.text()).includes(SENTENCES.full);
  const slowestMs = await reading;
  await disk.free();
  end();
  const healedAt = Date.now();
  await Promise.all(asking);
  const recording = await session.finish();
  const others = [...said].filter((text) => !text.includes(SENTENCES.full));
  return {
    ...{ recording, recoveryMs: progressAfter(recording, healedAt) },
    violations: [
      ...demand(others.length === 0, `requests were refused with ${others.join(' and ')}`),
      ...demand(tells, `/health does not say that the disk is full but ${health.status}`),
      ...demand(slowestMs <= READS_WITHIN_MS, `reading took ${Math.round(slowestMs)} ms while the disk was full`),
    ],
  };
}

/** Those that it has serve for all that is asked; when even they are gone, requests wait or are told to come back. */
async function connectionsAreTaken(setting: Setting): Promise<Outcome> {
  const { stack } = setting;
  const { apiToPostgres, workerToPostgres } = stack.proxies;
  const session = await loadAt('while text streams', setting);
  const others = await takeConnections(stack.databaseUrl);
  const end = stack.log.begin('all connections to postgres are taken', true);
  const said = new Set<string>();
  let asking: Promise<void>[];
  let waitedMs: number;
  let toldMs: number;
  try {
    waitedMs = await untilAnswering(setting, Date.now());
    for (const proxy of [apiToPostgres, workerToPostgres]) proxy.refuse();
    await session.until(() => others.areAll(), 'connections that others have taken');
    for (const proxy of [apiToPostgres, workerToPostgres]) proxy.open();
    await stack.model.release();
    asking = furtherOrders(setting).map((order) => acceptInTheEnd(session, order, said));
    [toldMs] = await Promise.all([crowdIsTold(stack.backDoor, said), delay(outageOf(setting, 12_000))]);
  } finally {
    await others.free();
    end();
  }
  const healedAt = Date.now();
  const backMs = await untilAnswering(setting, healedAt);
  await Promise.all(asking);
  const recording = await session.finish();
  const unknown = [...said].filter((text) => ![SENTENCES.taken, SENTENCES.away].some((one) => text.includes(one)));
  return {
    ...{ recording, recoveryMs: progressAfter(recording, healedAt) },
    violations: [
      ...demand(waitedMs <= BACK_WITHIN_MS, `a crowd waited ${waitedMs} ms for connections that are the API's own`),
      ...demand(toldMs <= TOLD_WITHIN_MS, `who asked was told nothing for ${Math.round(toldMs)} ms`),
      ...demand(unknown.length === 0, `requests were refused with ${unknown.join(' and ')}`),
      ...demand(said.size > 0, 'nobody was refused: nothing was tested'),
      ...demand(backMs <= BACK_WITHIN_MS, `the API answered all again only ${backMs} ms after there were connections`),
    ],
  };
}

const READS = [
  'query { apps(first: 20) { edges { node { id name } } } }',
  'query { runs(first: 20) { edges { node { id status answer steps { key status } } } } }',
];

/** Reads for a while. @returns how long the slowest answer took, in milliseconds. @throws Refused */
async function readFor(door: Door, forMs: number): Promise<number> {
  let slowestMs = 0;
  for (const end = Date.now() + forMs; Date.now() < end; await delay(100)) {
    const from = performance.now();
    await Promise.all(READS.map((query) => ask(door, query)));
    slowestMs = Math.max(slowestMs, performance.now() - from);
  }
  return slowestMs;
}

/** Asks for a run again and again, noting what it is refused with. */
async function acceptInTheEnd(session: Session, order: Order, said: Set<string>): Promise<void> {
  for (const end = Date.now() + 120_000; ; await delay(200)) {
    try {
      return session.take(await startOnce(session.stack.backDoor, session.inputOf(order)), order);
    } catch (error) {
      said.add(String(error));
      if (Date.now() > end) throw error;
    }
  }
}

/** A crowd asks at once. @returns when the last of it was answered or refused, in milliseconds */
async function crowdIsTold(door: Door, said: Set<string>): Promise<number> {
  const from = performance.now();
  const asked = Array.from({ length: CROWD }, (_, index) => ask(door, READS[index % READS.length] as string));
  for (const one of await Promise.allSettled(asked)) if (one.status === 'rejected') said.add(String(one.reason));
  return performance.now() - from;
}

const randomText = (bytes: number) => randomBytes(bytes).toString('base64');
