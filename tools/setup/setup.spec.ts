import { putMark } from '@tenon/platform/processes';
import { takeLock } from '@tenon/platform/servers';
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

let repo: string;
beforeEach(async () => {
  repo = await mkdtemp(path.join(os.tmpdir(), 'tenon-setup-'));
  await cp(__dirname, path.join(repo, 'tools/setup'), { recursive: true });
});
afterEach(() => rm(repo, { recursive: true }));

/** Runs a line of code in the copied repository, with the set-up's functions in scope. */
function run(code: string, env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const main = `const { runMain } = await import('./tools/setup/terminal.mjs'); await runMain(async () => { ${code} });`;
  return runNode(['--input-type=module', '-e', main], env);
}

async function runNode(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { cwd: repo, env: { PATH: process.env['PATH'], ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise<{ code: number | null; output: string }>((resolve) =>
    child.once('close', (exitCode) => resolve({ code: exitCode, output })),
  );
}

describe('ensureInstalled', () => {
  const lock = (version: string) =>
    JSON.stringify({ packages: { '': {}, 'node_modules/one': { version, integrity: `sha-${version}` } } });

  /** An npm that counts its calls and installs what the lock says, or fails with `problem`. */
  async function npm(more = '', problem = ''): Promise<Record<string, string>> {
    const script = path.join(repo, 'npm.js');
    await writeFile(
      script,
      `const fs = require('fs');
       fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
       if (${JSON.stringify(problem)}) { console.error(${JSON.stringify(problem)}); process.exit(1); }
       fs.mkdirSync('node_modules/one', { recursive: true });
       fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json'); ${more}`,
    );
    return { npm_execpath: script };
  }
  const calls = () => readFile(path.join(repo, 'calls'), 'utf8').catch(() => '');
  const install = (env: Record<string, string>) =>
    run(`await (await import('./tools/setup/install.mjs')).ensureInstalled()`, env);

  it('runs npm ci on a fresh copy, says so, and does not run it again', async () => {
    await writeFile(path.join(repo, 'package-lock.json'), lock('1.0.0'));
    const env = await npm();
    expect(await install(env)).toEqual({ code: 0, output: expect.stringMatching(/✓ Installing packages \(\d+ s\)/) });
    expect(await install(env)).toEqual({ code: 0, output: '' });
    expect(await calls()).toMatch(/^ci .*\n$/);
  });

  it('runs npm ci again when the lock names another version, or a package is gone', async () => {
    await writeFile(path.join(repo, 'package-lock.json'), lock('1.0.0'));
    const env = await npm();
    await install(env);
    await writeFile(path.join(repo, 'package-lock.json'), lock('1.0.1'));
    await install(env);
    expect((await calls()).trim().split('\n')).toHaveLength(2);
    await rm(path.join(repo, 'node_modules/one'), { recursive: true });
    await install(env);
    expect((await calls()).trim().split('\n')).toHaveLength(3);
  });

  it('lets one of two that come at the same moment install, and the other wait for it', async () => {
    await writeFile(path.join(repo, 'package-lock.json'), lock('1.0.0'));
    const env = await npm();
    const script = path.join(repo, 'npm.js');
    // slow enough for the other one to come
    const slowly = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);';
    await writeFile(script, `${slowly}\n${await readFile(script, 'utf8')}`);
    const both = await Promise.all([install(env), install(env)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await calls()).toMatch(/^ci .*\n$/);
    expect(both.map(({ output }) => output).join()).toContain('which sets up as well');
  });

  it('does not run npm ci after somebody installed the same packages by hand', async () => {
    await writeFile(path.join(repo, 'package-lock.json'), lock('1.0.0'));
    await mkdir(path.join(repo, 'node_modules/one'), { recursive: true });
    await writeFile(path.join(repo, 'node_modules/.package-lock.json'), lock('1.0.0'));
    await install(await npm());
    expect(await calls()).toBe('');
  });

  it('trusts what npm made of a lock that names more than it installs', async () => {
    const { packages } = JSON.parse(lock('1.0.0')) as { packages: object };
    const more = { packages: { ...packages, 'node_modules/more': { version: '1.0.0' } } };
    await writeFile(path.join(repo, 'package-lock.json'), JSON.stringify(more));
    const env = await npm(`fs.writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(lock('1.0.0'))});`);
    expect((await install(env)).code).toBe(0);
    expect((await install(env)).output).toBe('');
  });

  it.each([
    [
      'npm error code ENOTFOUND\nnpm error request to https://registry.example failed',
      'The package registry cannot be reached',
    ],
    [
      'npm error code ENOSPC\nnpm error nospc no space left on device',
      'The disk is full: free about 3 GB and try again.',
    ],
    ['npm error code EACCES\nnpm error permission denied', 'npm may not write to'],
    ['npm error code ERESOLVE', 'The packages could not be installed: code ERESOLVE'],
  ])('turns “%s” into a sentence and exit code 1', async (problem, sentence) => {
    await writeFile(path.join(repo, 'package-lock.json'), lock('1.0.0'));
    const { code, output } = await install(await npm('', problem));
    expect(code).toBe(1);
    expect(output).toContain(sentence);
    expect(output).not.toContain('    at ');
  });
});

describe('while an instance runs on the data folder', () => {
  const ADDRESS = 'http://127.0.0.1:4180';
  let folder: string;
  beforeEach(async () => {
    folder = path.join(repo, '.tenon');
    await mkdir(folder);
    await writeFile(path.join(folder, 'instance.json'), JSON.stringify({ url: ADDRESS }));
  });

  it.each(['start', 'dev'])('npm run %s says where, and installs and builds nothing', async (name) => {
    const lock = await takeLock(path.join(folder, 'launcher.lock'));
    expect(await runNode([`tools/setup/${name}.mjs`])).toEqual({
      code: 1,
      output: `\nTenon already runs at ${ADDRESS} (process ${process.pid}, data folder ${folder}): use that one, stop it first, or set TENON_DATA_DIR to another folder.\n`,
    });
    // on with the set-up, which finds nothing to install
    const goesOn = { code: 1, output: expect.stringContaining('package-lock.json is missing') as string };
    expect(await runNode([`tools/setup/${name}.mjs`], { TENON_DATA_DIR: 'other' })).toEqual(goesOn);
    await lock.release();
    expect(await runNode([`tools/setup/${name}.mjs`])).toEqual(goesOn);
  });

  it('the command line uses what is built, and says when that is out of date', async () => {
    const lock = await takeLock(path.join(folder, 'launcher.lock'));
    const files = [
      'node_modules/.package-lock.json',
      'package-lock.json',
      'tsconfig.base.json',
      'tsconfig.angular.json',
      'nx.json',
    ];
    for (const name of [...files, 'libs/x.ts', 'apps/x.ts', 'temporal/x.ts', 'tools/build/x.mjs', 'dist/.stamp']) {
      await mkdir(path.dirname(path.join(repo, name)), { recursive: true });
      await writeFile(path.join(repo, name), '{}');
    }
    await mkdir(path.join(repo, 'dist/apps/cli'), { recursive: true });
    await writeFile(path.join(repo, 'dist/apps/cli/main.js'), 'console.log(process.env.TENON_DATA_DIR)');
    expect(await runNode(['tools/setup/tenon.mjs'])).toEqual({
      code: 0,
      output: `Sources have changed since Tenon was started: start it again to use them.\n${folder}\n`,
    });
    await lock.release();
  });
});

describe('with a data folder that is a file', () => {
  it.each(['start', 'dev', 'tenon'])('npm run %s leaves it to the program to say so', async (name) => {
    const file = path.join(repo, 'file');
    await writeFile(file, '');
    const { code, output } = await runNode([`tools/setup/${name}.mjs`], { TENON_DATA_DIR: file });
    expect([code, output]).toEqual([1, expect.stringContaining('package-lock.json is missing')]);
    expect(output).not.toContain('    at ');
  });
});

describe('findMark', () => {
  it('finds the marks that our programs put up, and takes away those of processes that are gone', async () => {
    const file = path.join(repo, 'mark');
    const find = async () =>
      (await run(`console.log((await import('./tools/setup/marks.mjs')).findMark(${JSON.stringify(file)}));`)).output;
    await writeFile(`${file}.${process.pid}-1-0123abcd`, '');
    expect(await find()).toBe('undefined\n');
    const mark = await putMark(file);
    expect(await find()).toBe(`${process.pid}\n`);
    await mark.release();
    expect(await find()).toBe('undefined\n');
  });
});

describe('foldResults', () => {
  async function fold(projects: Record<string, unknown[] | undefined>, failedTasks: string[] = []) {
    const folder = path.join(repo, 'results');
    for (const [project, tests] of Object.entries(projects)) {
      if (!tests) continue;
      await mkdir(path.dirname(path.join(folder, project)), { recursive: true });
      await writeFile(path.join(folder, `${project}.test.json`), JSON.stringify({ project, tests }));
    }
    const url = pathToFileURL(path.join(__dirname, 'test-results.mjs')).href;
    const { foldResults } = (await import(url)) as {
      foldResults: (...args: unknown[]) => { failedCount: number; lines: string[]; unprovenRows: string[] };
    };
    return foldResults(Object.keys(projects), 'test', failedTasks, folder);
  }
  const test = (name: string, status: string, group = '') => ({ file: 'x.spec.ts', group, name, status });

  it('adds up all projects and names what was skipped', async () => {
    const { lines, failedCount } = await fold({
      '@tenon/a': [test('one', 'passed'), test('two (needs root)', 'pending')],
      b: [test('three', 'passed'), test('four', 'todo')],
    });
    expect(failedCount).toBe(0);
    expect(lines).toEqual([
      'Skipped:',
      '  x.spec.ts: two (needs root)',
      '  x.spec.ts: four',
      '',
      '2 passed, 0 failed, 2 skipped',
    ]);
  });

  it('lets a group stand for several of its tests that are skipped', async () => {
    const group = 'real models (skipped: not here)';
    const { lines } = await fold({
      a: [test(`${group} one`, 'pending', group), test(`${group} two`, 'pending', group), test('x', 'pending', 'y')],
    });
    expect(lines).toEqual([
      'Skipped:',
      `  x.spec.ts: ${group} (2 tests)`,
      '  x.spec.ts: x',
      '',
      '0 passed, 0 failed, 3 skipped',
    ]);
  });

  it('names each of several tests of a group that are skipped for reasons of their own', async () => {
    const names = ['openFolder one (needs root)', 'openFolder two (needs another user than root)'];
    const { lines } = await fold({ a: names.map((name) => test(name, 'pending', 'openFolder')) });
    expect(lines.slice(0, 3)).toEqual(['Skipped:', ...names.map((name) => `  x.spec.ts: ${name}`)]);
  });

  it('names what is promised and was not proven, since all that would prove it was skipped', async () => {
    const titled = (status: string, ...titles: string[]) => ({ ...test(titles.join(' '), status), titles });
    const { lines, unprovenRows } = await fold({
      a: [titled('pending', 'B1 B2, B3 and B4 x'), titled('pending', 'disks', 'D3 y'), titled('pending', 'x B9')],
      b: [titled('passed', 'B1 z'), titled('passed', 'B4 in a group', 'w'), titled('failed', 'B2 v')],
    });
    expect(unprovenRows).toEqual(['B2', 'B3', 'D3']);
    expect(lines).toContain('Promises that no test has proven here:');
  });

  it('counts failed tests, and a task that failed before or after its tests', async () => {
    const { lines, failedCount } = await fold(
      { a: [test('one', 'failed')], b: undefined, c: [test('two', 'passed')], d: undefined },
      ['a:test', 'b:test', 'c:test'],
    );
    expect(failedCount).toBe(3);
    expect(lines).toEqual([
      'Failed:',
      '  x.spec.ts: one',
      '  b: its tests did not run',
      '  c: its tests passed, but it failed',
      '',
      '1 passed, 3 failed, 0 skipped',
    ]);
  });

  it('finds the failed tasks in what Nx prints', async () => {
    const url = pathToFileURL(path.join(__dirname, 'test-results.mjs')).href;
    const { listFailedTasks } = (await import(url)) as { listFailedTasks: (output: string) => string[] };
    expect(listFailedTasks('…\n\nFailed tasks:\n\n- @tenon/a:lint\n- tools:test\n\nHint: …')).toEqual([
      '@tenon/a:lint',
      'tools:test',
    ]);
    expect(listFailedTasks(' NX   Successfully ran targets')).toEqual([]);
  });
});
