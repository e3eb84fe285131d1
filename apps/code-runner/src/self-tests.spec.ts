import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createJavaScript } from './javascript.js';
import type { Language } from './language.js';
import { Python } from './python.js';
import { poolErrors, type SandboxPool } from './sandbox-pool.js';
import { fail, type Outcome } from './sandbox.js';
import { SelfTests } from './self-tests.js';
import { ask } from './testing/ask.js';
import { spawnCodeRunner } from './testing/index.js';

jest.setTimeout(60_000);

const fine: Outcome = { ok: true, result: '{"one":1,"reached":[]}', printed: '', durationMs: 1 };

/** A language whose checks come to these in turn. */
function languageOf(...outcomes: readonly (Outcome | Error)[]) {
  let at = 0;
  let rests = 0;
  const run = async () => {
    const outcome = outcomes[Math.min(at++, outcomes.length - 1)] as Outcome | Error;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const pool = { run, rest: () => void rests++, load: {} } as unknown as SandboxPool;
  const language: Language = { pool, selfTestCode: '', describe: () => ({ version: '1' }) };
  return { language, tries: () => at, rests: () => rests };
}

async function reportOf(python: { readonly language: Language }, javascript: { readonly language: Language }) {
  const lines: object[] = [];
  const line = (level: string) => (fields: object, message: string) => void lines.push({ level, ...fields, message });
  const tests = new SelfTests({ python3: python.language, javascript: javascript.language });
  await tests.report({ info: line('info'), error: line('error') }, () => false);
  return { lines, tests };
}

const pythonIn = (pyodideDir: string) =>
  new Python({ pyodideDir, pyodideVersion: '', cacheDir: pyodideDir, idleMs: 1, warn: () => undefined });

describe('the check at the start', () => {
  it.each<[string, Outcome | Error, string]>([
    ['whose system call the kernel denies', fail('code.failed', 'OSError: Operation not permitted'), 'not permitted'],
    ['that does not start', poolErrors.unavailable('Python did not start: ended by SIGSYS'), 'SIGSYS'],
    ['that reaches what it must not', { ...fine, result: '{"one":1,"reached":["the network"]}' }, 'the network'],
    ['that answers something else', { ...fine, result: '{}' }, 'something else'],
  ])('B30 reports a sandbox %s', async (_what, outcome, reason) => {
    const { lines } = await reportOf(languageOf(outcome), languageOf(fine));
    expect(lines).toEqual([
      {
        level: 'error',
        language: 'python3',
        problem: expect.stringContaining(reason) as string,
        message: 'the sandbox failed its check; code of this language may fail',
      },
      { level: 'info', language: 'javascript', version: '1', message: 'sandbox checked' },
    ]);
  });

  it('B30 is made once, and again after a failure', async () => {
    const [python, javascript] = [languageOf(fail('code.failed', 'x'), fine), languageOf(fine)];
    const { tests } = await reportOf(python, javascript);
    expect(await tests.resultOf('python3')).toEqual({ selfTest: 'passed' });
    expect(await tests.resultOf('python3')).toEqual({ selfTest: 'passed' });
    expect(await tests.resultOf('javascript')).toEqual({ selfTest: 'passed' });
    expect([python.tries(), javascript.tries(), python.rests()]).toEqual([2, 1, 1]);
  });

  it('B30 reports an interpreter that the system keeps from starting', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tenon-interpreter-'));
    const denied = `throw Object.assign(new Error('Operation not permitted'), { code: 'EPERM' })`;
    writeFileSync(path.join(folder, 'pyodide.mjs'), `export async function loadPyodide() { ${denied}; }`);
    const python = pythonIn(folder);
    const { lines } = await reportOf({ language: python }, languageOf(fine));
    expect(lines).toMatchObject([
      { level: 'error', language: 'python3', problem: expect.stringContaining('Operation not permitted') as string },
      { level: 'info', language: 'javascript' },
    ]);
    await python.close();
    rmSync(folder, { recursive: true });
  });

  it('B30 sees every door that stands open, where no fence stands', async () => {
    const javascript = new Function(`${createJavaScript('', 1).selfTestCode} return main({ one: 1 });`)() as object;
    const reached = expect.arrayContaining(['process', 'fetch', 'WebAssembly']) as string[];
    expect(javascript).toEqual({ one: 1, reached });
    // a Python that is started as its makers do it, with two doors more
    const script = `
      import { loadPyodide } from 'pyodide';
      const python = await loadPyodide();
      python.runPython('import builtins, io, socket');
      python.runPython('builtins.open, socket.create_connection = io.StringIO, print');
      python.runPython(process.argv[1]);
      console.log(python.runPython('import json; json.dumps(main(1))'));`;
    const args = ['--input-type=module', '--eval', script, pythonIn('').selfTestCode];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: __dirname });
    expect(JSON.parse(stdout.slice(stdout.indexOf('{')))).toEqual({
      one: 1,
      reached: ['the files of the computer', 'the bridge to the host', 'processes', 'the network'],
    });
  });

  it('B30 is made with the real interpreters, before anybody asks, and said in the log', async () => {
    const runner = await spawnCodeRunner({ TENON_LOG_FORMAT: 'json' });
    let log = '';
    while (log.split('sandbox checked').length < 3) log += String(await once(runner.child.stdout!, 'data'));
    expect(log).not.toContain('failed its check');
    expect(log).toMatch(/"language":"python3"[^\n]*"network":"[^\n]*sandbox checked/);
    expect(log).toMatch(/"language":"javascript"[^\n]*sandbox checked/);
    const code = 'const main = () => ({ a: 1 });';
    expect(await ask(runner, { language: 'javascript', code })).toMatchObject({ result: '{"a":1}' });
    await runner.close();
  });
});
