import { buildZip } from '@tenon/platform/testing';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { RunReport } from './api/run-report.js';
import { startInstanceBench, type InstanceBench } from './testing/instance-bench.js';

const EXAMPLE = path.resolve(import.meta.dirname, '../../../examples/chatbot.yml');

let bench: InstanceBench;
let folder: string;
beforeAll(async () => {
  bench = await startInstanceBench();
}, 60_000);
afterAll(() => bench?.close());
beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-app-files-'))));
afterEach(() => rm(folder, { recursive: true }));

/** A copy of the chatbot of the examples, with another name in it when one is given. */
async function writeBot(name: string, title = 'Chatbot'): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await copyFile(EXAMPLE, file);
  if (title !== 'Chatbot') await rewrite(file, 'Chatbot', title);
  return file;
}

async function rewrite(file: string, before: string, after: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  expect(text).toContain(before);
  await writeFile(file, text.replaceAll(before, after));
}

interface ImportAnswer {
  readonly app: { readonly id: string; readonly name: string };
  readonly version: number | null;
}

async function importFile(file: string, ...options: string[]): Promise<ImportAnswer> {
  const { code, stdout, stderr } = await bench.tenon('import', file, '--json', ...options);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as ImportAnswer;
}

async function run(file: string): Promise<RunReport> {
  const { code, stdout, stderr } = await bench.tenon('run', file, '-q', 'hello', '--json');
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as RunReport;
}

async function ask<Data>(query: string, variables: object): Promise<Data> {
  const response = await fetch(`${bench.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bench.token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

interface Draft {
  readonly revision: number;
  readonly definition: { readonly app: { readonly name: string } };
}

async function getDraft(id: string): Promise<Draft> {
  return (
    await ask<{ app: { draft: Draft } }>('query ($id: ID!) { app(id: $id) { draft { revision definition } } }', { id })
  ).app.draft;
}

/** Changes a draft as another client of the API would. */
async function changeElsewhere(appId: string): Promise<void> {
  const { revision, definition } = await getDraft(appId);
  const changed = { ...definition, app: { ...definition.app, name: 'Changed elsewhere' } };
  await ask('mutation ($input: SaveDraftInput!) { saveDraft(input: $input) { errors { code } } }', {
    input: { appId, revision, definition: changed },
  });
}

describe('a file on the command line', () => {
  it('is one app by its path: one of the same name elsewhere is another, and a change updates the draft', async () => {
    const [first, second] = [await writeBot('a/bot.yml', 'First bot'), await writeBot('b/bot.yml', 'Second bot')];
    const [a, b] = [(await run(first)).app, (await run(second)).app];
    expect([a.name, b.name]).toEqual(['bot.yml', 'bot.yml']);
    expect(b.id).not.toBe(a.id);

    await rewrite(first, 'You are', 'You really are');
    await symlink(first, path.join(folder, 'link.yml'));
    bench.model.resetCalls();
    expect((await run(path.join(folder, 'link.yml'))).app.id).toBe(a.id);
    expect(JSON.stringify(bench.model.calls().at(-1)?.body)).toContain('You really are');
    bench.model.resetCalls();
    expect((await run(second)).app.id).toBe(b.id);
    expect(JSON.stringify(bench.model.calls().at(-1)?.body)).not.toContain('You really are');
  }, 30_000);

  it('is the same app for import and run, which keep the name that was given', async () => {
    const file = await writeBot('bot.yml', 'Imported bot');
    const { app } = await importFile(file);
    expect(app.name).toBe('Imported bot');
    expect((await run(file)).app).toMatchObject({ id: app.id, name: 'Imported bot' });
    expect((await importFile(file, '--name', 'Mine', '--publish')).app).toEqual({ ...app, name: 'Mine' });
    expect((await run(file)).app).toMatchObject({ id: app.id, name: 'Mine' });
    const again = await bench.tenon('import', file, '--publish');
    expect(again.stdout).toBe(`Updated "Mine" and published it as version 2  ${app.id}\n`);
    expect((await bench.tenon('run', 'Mine', '-q', 'hello')).stdout).toBe('Scripted reply.\n');
  }, 30_000);

  it('becomes a new app again when its app was deleted', async () => {
    const file = await writeBot('bot.yml');
    const { app } = await importFile(file);
    await ask('mutation ($input: AppInput!) { deleteApp(input: $input) { errors { code } } }', {
      input: { appId: app.id },
    });
    const again = await importFile(file);
    expect(again.app.id).not.toBe(app.id);
    expect((await importFile(file)).app.id).toBe(again.app.id);
  }, 30_000);

  it('does not replace a draft that was changed elsewhere, unless --app names it', async () => {
    const file = await writeBot('bot.yml', 'Careful bot');
    const { app } = await importFile(file);
    await changeElsewhere(app.id);
    for (const command of [
      ['import', file],
      ['run', file, '-q', 'x'],
    ]) {
      const { code, stdout, stderr } = await bench.tenon(...command);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`"tenon import ${file} --app ${app.id}" replaces it.`);
    }
    expect((await getDraft(app.id)).definition.app.name).toBe('Changed elsewhere');
    expect((await importFile(file, '--app', app.id)).app).toMatchObject({ id: app.id, name: 'Careful bot' });
    expect((await run(file)).app.id).toBe(app.id);
  }, 30_000);

  it('goes to the app that --app named last, and a file that is refused changes nothing', async () => {
    const [one, other] = [await writeBot('one.yml', 'One'), await writeBot('other.yml', 'Other')];
    const [{ app }, otherApp] = [await importFile(one), (await importFile(other)).app];
    await importFile(one, '--app', otherApp.id);
    expect((await importFile(one)).app.id).toBe(otherApp.id);
    const before = await getDraft(otherApp.id);
    await writeFile(one, 'app: {name: X}\nkind: app\n');
    expect((await bench.tenon('import', one)).code).toBe(2);
    expect([await getDraft(otherApp.id), (await getDraft(app.id)).definition.app.name]).toEqual([before, 'One']);
    await changeElsewhere(otherApp.id);
    expect((await bench.tenon('import', one)).stderr).toContain('was changed since');
  }, 30_000);

  it('is one app for commands that come at the same moment', async () => {
    const file = await writeBot('bot.yml', 'Crowded bot');
    const runs = await Promise.all([1, 2, 3].map(() => run(file)));
    expect(new Set(runs.map(({ app }) => app.id)).size).toBe(1);
    expect((await run(file)).app.id).toBe(runs[0]?.app.id);
  }, 30_000);

  it('from standard input is a new app each time that it is imported, and one app for all runs', async () => {
    const text = await readFile(EXAMPLE, 'utf8');
    const start = async (...args: string[]) => (await bench.start(args, text).ended).stdout;
    const ids = [await start('import', '-', '--json'), await start('import', '-', '--json')];
    expect(new Set(ids.map((answer) => (JSON.parse(answer) as ImportAnswer).app.id)).size).toBe(2);
    const runs = [await start('run', '-', '-q', 'a', '--json'), await start('run', '-', '-q', 'b', '--json')];
    expect(new Set(runs.map((answer) => (JSON.parse(answer) as RunReport).app.id)).size).toBe(1);
  }, 30_000);
});

describe('app files that lie together, or elsewhere', () => {
  const zipped = async (...files: readonly { readonly name: string; readonly data: string }[]) => {
    const file = path.join(folder, 'flows.zip');
    await writeFile(file, buildZip(files));
    return file;
  };

  it('of a zip become an app each; one that is bad spoils none', async () => {
    const text = await readFile(EXAMPLE, 'utf8');
    const titled = (title: string) => text.replaceAll('Chatbot', title);
    const zip = await zipped(
      { name: 'one.yml', data: titled('Zipped one') },
      { name: '../bad.yml', data: '{' },
      { name: 'three.yml', data: titled('Zipped three') },
    );
    const { code, stdout, stderr } = await bench.tenon('import', zip, '--json');
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as ImportAnswer).app.name);
    expect([code, names]).toEqual([2, ['Zipped one', 'Zipped three']]);
    expect(stderr).toMatch(/bad\.yml:\n.*not valid YAML/);
    expect(await bench.tenon('import', zip, '--name', 'Both')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('holds 3 app files') as string,
    });
  }, 30_000);

  it('at an address are fetched by the instance, which refuses private ones', async () => {
    const { code, stderr } = await bench.tenon('import', 'http://127.0.0.1:1/app.yml');
    expect([code, stderr]).toEqual([2, expect.stringContaining('127.0.0.1')]);
  }, 30_000);
});
