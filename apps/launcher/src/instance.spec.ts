import { loadConfig } from '@tenon/platform';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Instance } from './instance.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-instance-'));
});
afterEach(() => rm(folder, { recursive: true }));

const load = (env: Record<string, string> = {}) => Instance.load(loadConfig({ TENON_DATA_DIR: folder, ...env }));
const file = async () =>
  JSON.parse(await readFile(path.join(folder, 'instance.json'), 'utf8')) as Record<string, unknown>;

describe('Instance', () => {
  it('makes a password at first start, shows it once, and forgets it', async () => {
    const first = await load();
    const password = first.env['TENON_OWNER_PASSWORD'];
    expect(password).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect(await first.settle({ ownerCreated: true })).toBe(password);
    expect(JSON.stringify(await file())).not.toContain(password);
    const second = await load();
    expect(second.env).not.toHaveProperty('TENON_OWNER_PASSWORD');
    expect(await second.settle({ ownerCreated: false })).toBeUndefined();
  });

  it('keeps one token for the command line, in a file that only its owner can read', async () => {
    const { token } = await load();
    await (await load()).settle({});
    expect(await file()).toMatchObject({ url: 'http://127.0.0.1:4180', token, email: 'owner@tenon.local' });
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await load()).env['TENON_OWNER_TOKEN']).toBe(token);
    expect((await stat(path.join(folder, 'instance.json'))).mode & 0o777).toBe(0o600);
  });

  it('says that it is for commands, and no longer does when somebody starts it', async () => {
    const config = loadConfig({ TENON_DATA_DIR: folder });
    await (await Instance.load(config, true)).settle({});
    expect(await file()).toMatchObject({ isForCommands: true });
    await Instance.load(config);
    expect(await file()).not.toHaveProperty('isForCommands');
  });

  it('shows the same password again after a start that was cut off before it could', async () => {
    const password = (await load()).env['TENON_OWNER_PASSWORD'];
    const second = await load();
    expect(second.env['TENON_OWNER_PASSWORD']).toBe(password);
    expect(await second.settle({ ownerCreated: false, isPasswordSeeded: true })).toBe(password);
  });

  it('does not show a password that is not the owner’s', async () => {
    // instance.json was lost, but the database has its owner
    expect(await (await load()).settle({ ownerCreated: false, isPasswordSeeded: false })).toBeUndefined();
    expect(await file()).not.toHaveProperty('password');
  });

  it('passes on the password that the person has set, and neither stores nor shows it', async () => {
    const given = await load({ TENON_OWNER_PASSWORD: 'chosen by me', TENON_OWNER_EMAIL: 'ann@example.org' });
    expect(given.env).toMatchObject({ TENON_OWNER_PASSWORD: 'chosen by me', TENON_OWNER_EMAIL: 'ann@example.org' });
    expect(await given.settle({ ownerCreated: true })).toBeUndefined();
    expect(JSON.stringify(await file())).not.toContain('chosen');
  });

  it('follows the address when it changes', async () => {
    await (await load()).settle({});
    await (await load({ TENON_PORT: '5000' })).settle({});
    expect(await file()).toMatchObject({ url: 'http://127.0.0.1:5000' });
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'tenon.example'])(
    'refuses to listen on %s with the generated password',
    async (host) => {
      const instance = await load();
      expect(() => instance.checkHost(host)).toThrow(
        /opens Tenon to other computers while its owner has the generated password/,
      );
      await instance.settle({ ownerCreated: true });
      expect(() => instance.checkHost(host)).toThrow();
      await instance.settle({ isPasswordSeeded: false });
      expect(() => instance.checkHost(host)).not.toThrow();
    },
  );

  it.each(['127.0.0.1', 'localhost', '::1', '127.8.8.8'])('listens on %s in any case', async (host) => {
    const instance = await load();
    expect(() => instance.checkHost(host)).not.toThrow();
  });

  it('listens anywhere when the password was chosen', async () => {
    const instance = await load({ TENON_OWNER_PASSWORD: 'chosen by me' });
    expect(() => instance.checkHost('0.0.0.0')).not.toThrow();
  });

  it('says what to do when its file cannot be read', async () => {
    await writeFile(path.join(folder, 'instance.json'), '{');
    await expect(load()).rejects.toMatchObject({
      code: 'launcher.folderRefused',
      message: expect.stringContaining('remove it'),
    });
  });
});
