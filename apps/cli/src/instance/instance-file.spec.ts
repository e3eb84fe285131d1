import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '@tenon/platform';
import { examineMachine } from '../doctor/examine-machine.js';
import { findNamedTarget, readInstanceFile } from './instance-file.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-instance-'))));
afterEach(() => rm(folder, { recursive: true }));

const configOf = (env: Record<string, string> = {}) => loadConfig({ TENON_DATA_DIR: folder, ...env });
const writeInstance = (content: unknown) =>
  writeFile(path.join(folder, 'instance.json'), typeof content === 'string' ? content : JSON.stringify(content), {
    mode: 0o600,
  });

describe('the instance that the environment names', () => {
  it('is reached with its own token', async () => {
    const config = configOf({ TENON_URL: 'https://tenon.example.org/', TENON_TOKEN: 'secret' });
    expect(await findNamedTarget(config)).toEqual({ url: 'https://tenon.example.org', token: 'secret' });
    expect(await findNamedTarget(configOf())).toBeUndefined();
  });

  it('is never shown the token of another one', async () => {
    await writeInstance({ url: 'http://127.0.0.1:4180', token: 'local' });
    const config = configOf({ TENON_URL: 'https://tenon.example.org' });
    await expect(findNamedTarget(config)).rejects.toMatchObject({ code: 'cli.tokenRefused' });
    expect(await findNamedTarget(configOf({ TENON_URL: 'http://127.0.0.1:4180/' }))).toMatchObject({ token: 'local' });
  });
});

describe('instance.json', () => {
  it('is read when it is there', async () => {
    expect(await readInstanceFile({ folder })).toBeUndefined();
    await writeInstance({ url: 'http://127.0.0.1:4180/', token: 'local', email: 'x@y' });
    expect(await readInstanceFile({ folder })).toMatchObject({ url: 'http://127.0.0.1:4180', token: 'local' });
  });

  it.each(['{', '{}', '[]', 'null', '{"url": "no url", "token": "x"}', '{"url": "http://x"}'])(
    'that says %s is refused in one sentence',
    async (text) => {
      await writeInstance(text);
      await expect(readInstanceFile({ folder })).rejects.toMatchObject({
        code: 'cli.usage',
        message: expect.stringContaining('start Tenon once'),
      });
    },
  );

  it('is not looked for in a file, and the doctor says what to do', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '', { mode: 0o600 });
    await expect(readInstanceFile({ folder: file })).rejects.toMatchObject({
      code: 'cli.usage',
      message: `The data folder ${file} is a file: set TENON_DATA_DIR to a folder.`,
    });
    const findings = await examineMachine(configOf({ TENON_DATA_DIR: file }));
    expect(findings.find(({ what }) => what === 'data folder')).toMatchObject({
      level: 'trouble',
      advice: 'Set TENON_DATA_DIR to a folder.',
    });
  });

  it('that others can read, or that is broken, is told by the doctor', async () => {
    await writeInstance({ url: 'http://127.0.0.1:4180', token: 'local' });
    await chmod(path.join(folder, 'instance.json'), 0o644);
    await writeFile(path.join(folder, 'version.json'), '{"release":"1.2.3"}');
    const findings = await examineMachine(configOf());
    const of = (what: string) => findings.find((finding) => finding.what === what);
    expect(of('data folder')).toMatchObject({ level: 'ok', state: expect.stringContaining('Tenon 1.2.3') });
    expect(of('instance.json')).toMatchObject({ level: 'warning', advice: expect.stringContaining('chmod 600') });
    await chmod(folder, 0o755);
    expect((await examineMachine(configOf())).find(({ what }) => what === 'data folder')).toMatchObject({
      level: 'warning',
      state: expect.stringContaining('open to others'),
    });
    expect(of('launcher')).toMatchObject({ level: 'warning', state: 'none runs on the data folder' });
    await writeInstance('{');
    expect((await examineMachine(configOf())).find(({ what }) => what === 'instance.json')?.level).toBe('trouble');
  });
});
