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
  model = await startScriptedModel({ rules: [{ when: { user: 'hi' }, reply: { text: 'Hello!' } }] });
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

  it('run starts one, shows its first sign-in, answers, and leaves nothing running', async () => {
    const { code, stdout, stderr } = await startTenon(['run', 'examples/chatbot.yml', '-q', 'hi'], env).ended;
    expect([code, stdout]).toEqual([0, 'Hello!\n']);
    expect(stderr).toMatch(/Sign in as owner@tenon\.local with the password \S+ \(shown only this once\)/);
    expect(stderr).toContain('✓ Stopping Tenon');
    expect(await launcher()).toBeUndefined();
  }, 60_000);

  it('a run that Ctrl-C leaves behind goes on and ends when the next command starts one', async () => {
    model.setRules([{ when: { nth: 1 }, reply: { text: 'never', holdAfter: 0 } }, { reply: { text: 'At last.' } }]);
    const left = startTenon(['run', 'Chatbot', '-q', 'slow', '--idempotency-key', 'slow'], env);
    await model.waitForHeld(1, 30_000);
    const held = await launcher();
    expect(held).toBeDefined();
    left.child.kill('SIGINT');
    const { code, stderr } = await left.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('goes on when Tenon runs again');
    expect(await launcher()).toBeUndefined();
    const again = startTenon(['run', 'Chatbot', '-q', 'slow', '--idempotency-key', 'slow', '--json'], env);
    const report = JSON.parse((await again.ended).stdout) as RunReport;
    expect(report).toMatchObject({ status: 'succeeded', answer: 'At last.' });
    expect(stderr).toContain(report.id);
  }, 90_000);
});
