import { setTimeout as delay } from 'node:timers/promises';
import type { Violation } from '../checker/violation.js';
import { ask, importApp, publish } from '../watch/api.js';
import { readApp } from '../load/load.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { inject, type FaultKind } from './inject.js';
import { acceptLoad, loadAt, outageOf, progressAfter, type Moment } from './moments.js';

/** The API answers again within this time after the database is back. */
const BACK_WITHIN_MS = 5_000;
const MOMENTS: readonly Moment[] = ['idle', 'before the first text', 'while text streams', 'after the last text'];
/** More requests at once than the API has connections. */
const CROWD = 40;

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
