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
async function run(code: string, env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { runMain } = await import('./tools/setup/terminal.mjs'); await runMain(async () => { ${code} });`,
    ],
    { cwd: repo, env: { PATH: process.env['PATH'], ...env } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.once('close', (exitCode) => resolve({ code: exitCode, output })));
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
      foldResults: (...args: unknown[]) => { failedCount: number; lines: string[] };
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
