import { startScriptedModel, type ScriptedModel } from '@tenon/ports/testing';
import { findLockHolder } from '@tenon/platform/processes';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
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

const launcher = () => findLockHolder(path.join(folder, 'launcher.lock'));

describe('without an instance', () => {
  it('doctor starts none and says what to do, with 4', async () => {
    const { code, stdout } = await startTenon(['doctor'], env).ended;
    expect(code).toBe(4);
    expect(stdout).toContain('→ Start Tenon with "npm start".');
    expect(await launcher()).toBeUndefined();
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
