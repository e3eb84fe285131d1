import { findFreePort } from '@tenon/platform/processes';
import { BuiltProcess } from '@tenon/platform/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Proxy } from '../stack/proxy.js';
import type { Stack } from '../stack/stack.js';
import { detail, type Door } from '../watch/api.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { furtherOrders, loadAt, progressAfter } from './moments.js';
import { untilAnswering } from './postgres.js';

/** The release that is there answers again within this time. */
const BACK_WITHIN_MS = 5_000;
const WORKS_SECONDS = 3;
/** So long that the statement is known by its bytes. */
const PADDING = 50_000;

/** Faults while a new release changes the schema. */
export const migrationCases: readonly Case[] = [
  {
    ...{ cell: 'D5', fault: 'K', moment: 'a new release is in the middle of its migration' },
    ownStack: {},
    run: killed,
  },
];

/** The next release is killed in its migration; the one that is there serves on, and the next start completes it. */
async function killed(setting: Setting): Promise<Outcome> {
  const { stack } = setting;
  const { api } = stack.victims;
  const session = await loadAt('while text streams', setting);
  const next = await nextRelease(stack);
  const starting = next.api.start().then(
    () => 'was not held up',
    (error: Error) => error.message,
  );
  const reached = await Promise.race([starting, next.database.passed(PADDING)]);
  if (reached) throw new Error(`The next release ${reached}`);
  const end = stack.log.begin('a migration was killed', false);
  const at = Date.now();
  await stack.model.release();
  await next.api.kill();
  const backMs = await untilAnswering(setting, at);
  // what it left is no newer schema
  await api.kill();
  await api.restore();
  end();
  const accepting = session.accept(furtherOrders(setting));
  await next.api.start();
  await accepting;
  const ids = session.runs.map(({ id }) => id);
  const [byOld, byNext] = await Promise.all([detail(stack.backDoor, ids), detail(next.door, ids)]);
  const refusal = await startBefore(stack);
  const recording = await session.finish();
  await next.close();
  return {
    ...{ recording, recoveryMs: progressAfter(recording, at) },
    violations: [
      ...demand(backMs <= BACK_WITHIN_MS, `reads were answered only ${backMs} ms after the migration was killed`),
      ...demand(byOld.length === ids.length, `the release before shows ${byOld.length} of ${ids.length} runs`, 'P1'),
      ...demand(byNext.length === ids.length, `the next release shows ${byNext.length} of ${ids.length} runs`, 'P1'),
      ...demand(/newer Tenon/.test(refusal), `the release before starts on the newer schema: ${refusal}`),
    ],
  };
}

/** The API of a release whose migration takes a while; it is not started. */
async function nextRelease(stack: Stack) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-next-'));
  const preload = path.join(folder, 'preload.mjs');
  await writeFile(preload, PRELOAD);
  const database = await Proxy.start(new URL(stack.databaseUrl).host);
  const url = new URL(stack.databaseUrl);
  url.host = database.address;
  const env = { TENON_DATABASE_URL: url.href, NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` };
  const { api, door } = await anotherApi(stack, env);
  const close = async () => {
    await api.stop();
    await database.close();
    await rm(folder, { recursive: true });
  };
  return { api, door, database, close };
}

/** Adds a migration to the ones that are built in. */
const PRELOAD = `
import { registerHooks } from 'node:module';
const migration = {
  name: '9000000000000-of-the-next-release',
  up: [
    'alter table run add column of_next_release text',
    '/* ${'.'.repeat(PADDING)} */ select pg_sleep(${WORKS_SECONDS})',
    'create index run_of_next_release on run (of_next_release)',
  ],
};
registerHooks({
  load(url, context, load) {
    const loaded = load(url, context);
    if (!url.endsWith('/apps/api/main.js')) return loaded;
    const [before, after, ...more] = String(loaded.source).split(/(?<=\\nvar migrations = \\[[^\\]]*)\\]/);
    if (after === undefined || more.length > 0) throw new Error('Where are the migrations?');
    return { ...loaded, source: before + ', ' + JSON.stringify(migration) + ']' + after };
  },
});
`;

async function anotherApi(stack: Stack, env: Readonly<Record<string, string>> = {}) {
  const port = String(await findFreePort());
  const door: Door = { ...stack.backDoor, url: `http://127.0.0.1:${port}` };
  const api = new BuiltProcess('apps/api', { ...stack.apiEnv, TENON_PORT: port, TENON_PUBLIC_URL: door.url, ...env });
  return { api, door };
}

/** Starts the release that is there once more. @returns why it does not serve */
async function startBefore(stack: Stack): Promise<string> {
  const { api } = await anotherApi(stack);
  try {
    await api.start();
    await api.stop();
    return 'it serves';
  } catch (error) {
    return (error as Error).message;
  }
}
