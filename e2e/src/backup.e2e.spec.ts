import { until } from '@tenon/platform/testing';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findCanaries, makeCanary, readDataFolder } from './canaries.js';
import { chainOfCalls } from './chain-app.js';
import { ask, publishApp, readRun, startRun, type Api } from './client.js';
import { startInstalled, tenon as runTenon, type Installed } from './installation.js';
import { startStack, type Stack } from './stack.js';

/*
 * The promise: with a backup everything is there again on another machine, and what was accepted goes on. The first
 * instance has a Postgres and a Temporal of its own and is lost with both; the second one begins in an empty folder.
 */

jest.setTimeout(240_000);

const LARGE = 'A large answer. '.repeat(8_000);
/** The key of the model, which is given to every installation. */
const key = makeCanary((digits) => `sk-${digits}`);
let root: string;
/** What backups and restores printed. */
const printed: string[] = [];
let stack: Stack;
const installed: Installed[] = [];

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tenon-backup-'));
  await chmod(root, 0o755); // as root, Postgres runs as another user
  stack = await startStack({ TENON_TEAM_MAX_RUNS: '1' });
});
afterAll(async () => {
  for (const one of installed) await one.stop();
  await stack.close();
  await rm(root, { recursive: true, force: true });
});

async function install(folder: string, env: Record<string, string> = {}): Promise<Installed> {
  const one = await startInstalled(folder, { OPENAI_BASE_URL: stack.model.baseUrl, OPENAI_API_KEY: key.value, ...env });
  installed.push(one);
  return one;
}

async function tenon(...args: Parameters<typeof runTenon>): ReturnType<typeof runTenon> {
  const done = await runTenon(...args);
  printed.push(done.output);
  return done;
}

async function statusOf(api: Api, runId: string): Promise<string> {
  return (await readRun(api, runId)).status;
}

/** How often each call of a run was made. */
async function callsOf(runId: string): Promise<Record<string, number>> {
  const { byKey } = await stack.model.counts();
  const own = Object.entries(byKey).filter(([key]) => key.startsWith(`${runId}/`));
  return Object.fromEntries(own.map(([key, count]) => [key.slice(runId.length + 1), count]));
}

it('P10 T3 after the loss of everything, runs that waited or were under way go on from a backup', async () => {
  const large = await publishApp(stack, chainOfCalls(1, 'large'));
  const appId = await publishApp(stack, chainOfCalls(3));
  await stack.model.setRules([
    { when: { user: 'large call1' }, reply: { text: [LARGE] } },
    { when: { user: 'part call3' }, reply: { text: ['three'], holdAfter: 0 } },
    { when: { user: 'part' }, reply: { text: ['one '] } },
  ]);
  const finished = await startRun(stack, { appId: large, query: 'go' });
  await until('the first run', async () => (await statusOf(stack, finished)) === 'SUCCEEDED', 60_000);
  const underWay = await startRun(stack, { appId, query: 'go' });
  await stack.model.waitForHeld(1, 30_000);
  const waiting = await startRun(stack, { appId, query: 'go' });
  expect(await statusOf(stack, waiting)).toBe('QUEUED');
  expect(await callsOf(underWay)).toEqual({ call1: 1, call2: 1, call3: 1 });

  const file = path.join(root, 'everything.tar.gz');
  const { TENON_DATABASE_URL = '', TENON_DATA_DIR = '' } = stack.env;
  const backup = await tenon(['backup', '--out', file], { TENON_DATABASE_URL, TENON_DATA_DIR });
  expect(backup).toMatchObject({ code: 0, output: expect.stringContaining('files and large values: 1.') });
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  await Promise.all([stack.api.kill(), stack.worker.kill(), stack.temporal.kill(), stack.postgres.kill()]);
  await stack.model.setRules([
    { when: { user: 'part call3' }, reply: { text: ['three'] } },
    { when: { user: 'part' }, reply: { text: ['one '] } },
  ]);
  const folder = path.join(root, 'new/data');
  const restore = await tenon(['restore', file, '--into', folder], {});
  expect(restore).toMatchObject({ code: 0, output: expect.stringContaining('2 runs that had not ended will go on') });
  expect(await readdir(path.dirname(folder))).toEqual(['data']);
  const second = await install(folder);
  for (const runId of [underWay, waiting])
    await until(`run ${runId}`, async () => (await statusOf(second, runId)) === 'SUCCEEDED', 60_000);

  expect((await readRun(second, underWay)).answer).toBe('one one three');
  expect(await callsOf(underWay)).toEqual({ call1: 1, call2: 1, call3: 2 });
  expect(await callsOf(waiting)).toEqual({ call1: 1, call2: 1, call3: 1 });
  expect((await readRun(second, finished)).answer).toBe(LARGE);
  const { viewer } = await ask<{ viewer: { email: string } }>(second, '{ viewer { email } }');
  expect(viewer.email).toBe('owner@tenon.local');

  // the restored instance is as good as the first one: what it holds is backed up while it runs and while it does not
  const again = path.join(root, 'again.tar.gz');
  expect(await tenon(['backup', '--out', again], { TENON_DATA_DIR: folder })).toMatchObject({ code: 0 });
  await second.stop();
  const stopped = path.join(root, 'stopped.tar.gz');
  expect(await tenon(['backup', '--out', stopped], { TENON_DATA_DIR: folder })).toMatchObject({ code: 0 });
  for (const [from, to] of [
    [again, 'third'],
    [stopped, 'fourth'],
  ] as const)
    expect(await tenon(['restore', from, '--into', path.join(root, to)], {})).toMatchObject({ code: 0 });
  const fourth = await install(path.join(root, 'fourth'), { TENON_LOG_LEVEL: 'debug' });
  expect((await readRun(fourth, underWay)).answer).toBe('one one three');
});

it('B19 no secret is in what an installation, its backups and their restoring print and leave', async () => {
  const [fourth] = installed.slice(-1) as [Installed];
  const appId = await publishApp(fourth, chainOfCalls(1, 'searched'));
  const runId = await startRun(fourth, { appId, query: 'go' });
  await until('the run', async () => (await statusOf(fourth, runId)) === 'SUCCEEDED', 60_000);
  await fourth.stop();
  const files = await readDataFolder(path.join(root, 'fourth'));
  const surfaces = { ...files, launcher: fourth.output(), commands: printed.join('\n') };
  expect(findCanaries({ key }, surfaces)).toEqual([]);
  // what was searched is what it is taken for
  expect(files['file logs/api.log']).toContain('a run was accepted');
  expect(surfaces.launcher).toContain(fourth.url);
  expect(surfaces.commands).toContain('will go on');
});

it('what cannot be restored is refused with a sentence, and nothing is left behind', async () => {
  const good = path.join(root, 'stopped.tar.gz');
  const target = path.join(root, 'target');
  const refused = async (args: readonly string[], sentence: RegExp) => {
    const { code, output } = await tenon(['restore', ...args], {});
    expect([code, output]).toEqual([1, expect.stringMatching(sentence)]);
    expect(output).not.toMatch(/^\s+at /m);
  };
  await refused([good, '--into', path.join(root, 'third')], /third is not empty: restore into another folder/);
  await refused([path.join(root, 'none.tar.gz'), '--into', target], /cannot be read \(ENOENT\)/);
  await refused([__filename, '--into', target], /is no backup of Tenon/);
  const over = await tenon(['backup', '--out', good], { TENON_DATA_DIR: path.join(root, 'fourth') });
  expect([over.code, over.output]).toEqual([1, expect.stringContaining('is there already')]);
  const empty = await tenon(['backup', '--out', path.join(root, 'x')], { TENON_DATA_DIR: target });
  expect([empty.code, empty.output]).toEqual([1, expect.stringContaining('There is no Tenon in')]);
  expect((await readdir(root)).sort()).toEqual(
    ['again.tar.gz', 'everything.tar.gz', 'fourth', 'new', 'stopped.tar.gz', 'third'].sort(),
  );
});
