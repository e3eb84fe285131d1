import { startScriptedModel, type ScriptedModel } from '@tenon/ports/testing';
import { findLockHolder, marksOf } from '@tenon/platform/processes';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { RunReport } from './api/run-report.js';
import { startTenon } from './testing/tenon.js';

let model: ScriptedModel;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  model = await startScriptedModel();
  const parent = await mkdtemp(path.join(os.tmpdir(), 'tenon-own-'));
  await chmod(parent, 0o755); // as root, Postgres runs as another user
  folder = path.join(parent, 'data');
  env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    TENON_DATA_DIR: folder,
    TENON_LOCAL_MODEL: 'off',
    OPENAI_BASE_URL: model.baseUrl,
  };
});
afterAll(async () => {
  await model.close();
  await rm(path.dirname(folder), { recursive: true });
});

const launcher = () => findLockHolder(marksOf(folder).launcher);

/** Waits until no launcher runs there: one that others had joined ends after the last of them. */
async function untilNoneRuns(): Promise<void> {
  const deadline = Date.now() + 30_000;
  while ((await launcher()) !== undefined) {
    if (Date.now() > deadline) throw new Error('the launcher does not end');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('without an instance', () => {
  it('doctor starts none and says what to do, with 4', async () => {
    const { code, stdout } = await startTenon(['doctor'], env).ended;
    expect(code).toBe(4);
    expect(stdout).toContain('→ Start Tenon with "npm start".');
    expect(await launcher()).toBeUndefined();
  }, 20_000);

  it('says in one sentence why none starts, however the log is set', async () => {
    const newer = path.join(path.dirname(folder), 'newer');
    await mkdir(newer, { mode: 0o700 });
    await writeFile(path.join(newer, 'version.json'), '{"release":"9.0.0"}');
    const log = { TENON_LOG_FORMAT: 'json', TENON_LOG_LEVEL: 'error' };
    const { code, stderr } = await startTenon(['runs'], { ...env, ...log, TENON_DATA_DIR: newer }).ended;
    expect(code).toBe(4);
    expect(stderr.trim().split('\n').at(-1)).toMatch(new RegExp(`^${newer} was written by Tenon 9\\.0\\.0, and`));
  }, 20_000);

  it('run starts one; what Ctrl-C leaves behind ends when the next command starts one; nothing stays', async () => {
    model.setRules([{ when: { nth: 1 }, reply: { text: 'never', holdAfter: 0 } }, { reply: { text: 'At last.' } }]);
    const args = ['run', 'examples/chatbot.yml', '-q', 'slow', '--idempotency-key', 'slow'];
    const left = startTenon(args, env);
    await model.waitForHeld(1, 30_000);
    expect(await launcher()).toBeDefined();
    left.child.kill('SIGINT');
    const interrupted = await left.ended;
    expect([interrupted.code, interrupted.stdout]).toEqual([130, '']);
    expect(interrupted.stderr).toMatch(/Sign in as owner@tenon\.local with the password \S+ \(shown only this once\)/);
    expect(interrupted.stderr).toContain('goes on when Tenon runs again');
    expect(await launcher()).toBeUndefined();

    const again = await startTenon([...args, '--json'], env).ended;
    const report = JSON.parse(again.stdout) as RunReport;
    expect(report).toMatchObject({ status: 'succeeded', answer: 'At last.' });
    expect(interrupted.stderr).toContain(report.id);
    expect(again.stderr).not.toContain('Sign in as');
    expect(await launcher()).toBeUndefined();
  }, 90_000);
});

describe('several commands without an instance', () => {
  const reportOf = (stdout: string) => JSON.parse(stdout) as RunReport;

  it('that come at the same moment share one, which ends after the last', async () => {
    model.setRules([{ reply: { text: 'Here.' } }]);
    const args = ['run', 'examples/chatbot.yml', '--json', '-q'];
    const ended = await Promise.all(['one', 'two', 'three'].map((query) => startTenon([...args, query], env).ended));
    expect(ended.map(({ code, stdout }) => [code, reportOf(stdout).answer])).toEqual(ended.map(() => [0, 'Here.']));
    await untilNoneRuns();
  }, 90_000);

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'keep it when the first one ends by %s, and the last one ends it',
    async (signal) => {
      model.setRules([{ reply: { text: 'a b', holdAfter: 1 } }]);
      const args = ['run', 'examples/chatbot.yml', '-q'];
      const first = startTenon([...args, 'first'], env);
      await model.waitForHeld(1, 30_000);
      const pid = await launcher();
      const second = startTenon([...args, 'second', '--json'], env);
      await model.waitForHeld(2, 30_000);
      first.child.kill(signal);
      const { stderr } = await first.ended;
      if (signal === 'SIGINT') expect(stderr).toContain('Tenon goes on for another command and stops after it.');
      expect(await launcher()).toBe(pid);

      model.release();
      const { code, stdout } = await second.ended;
      expect([code, reportOf(stdout)]).toEqual([0, expect.objectContaining({ query: 'second', answer: 'a b' })]);
      await untilNoneRuns();
    },
    90_000,
  );

  it('wait for one that is ending, and then start their own', async () => {
    model.setRules([{ reply: { text: 'Here.' } }]);
    const first = startTenon(['run', 'examples/chatbot.yml', '-q', 'first'], env);
    await first.waitFor('stderr', 'Stopping Tenon');
    const second = await startTenon(['run', 'examples/chatbot.yml', '-q', 'second'], env).ended;
    expect([second.code, second.stdout]).toEqual([0, 'Here.\n']);
    expect((await first.ended).code).toBe(0);
    expect(await launcher()).toBeUndefined();
  }, 90_000);
});
