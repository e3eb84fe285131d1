import { mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from './config.js';
import { loadSecretKeys } from './secret-key.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-key-'));
});
afterEach(() => rm(folder, { recursive: true }));

const configOf = (env: Readonly<Record<string, string>> = {}) => loadConfig({ TENON_DATA_DIR: folder, ...env });
const idsOf = (keys: { list(): readonly { id: string }[] }) => keys.list().map(({ id }) => id);
const linesOf = async (name = folder) => (await readFile(path.join(name, 'secret.key'), 'utf8')).trim().split('\n');

describe('keys of the settings', () => {
  const [now, before] = ['ab'.repeat(32), 'cd'.repeat(32)] as const;

  it('seal with the present one, open with those before, and nothing is written', async () => {
    const keys = await loadSecretKeys(configOf({ TENON_SECRET_KEY: now, TENON_SECRET_KEY_PREVIOUS: before }));
    expect(keys.list().map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual([now, before]);
    const [id, other] = idsOf(keys);
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(id).not.toBe(other);
    await keys.renew();
    await keys.dropOld();
    expect(idsOf(keys)).toEqual([id, other]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('are renewed by whoever gives them, who is told how', async () => {
    const keys = await loadSecretKeys(configOf({ TENON_SECRET_KEY: now }));
    await expect(keys.renew()).rejects.toMatchObject({
      code: 'secretKey.givenFromOutside',
      message: expect.stringContaining('TENON_SECRET_KEY_PREVIOUS'),
    });
  });

  it('of a wrong form are refused without being repeated', () => {
    expect(() => configOf({ TENON_SECRET_KEY: now, TENON_SECRET_KEY_PREVIOUS: 'hunter2' })).toThrow(
      'TENON_SECRET_KEY_PREVIOUS must be keys of 64 hexadecimal digits, separated by commas.',
    );
  });
});

describe('the key file', () => {
  it('is made once, for its owner only, however many ask for it at once', async () => {
    const made = path.join(folder, 'new');
    const config = configOf({ TENON_DATA_DIR: made });
    const all = await Promise.all(Array.from({ length: 20 }, () => loadSecretKeys(config)));
    expect(new Set(all.flatMap(idsOf)).size).toBe(1);
    expect(all[0]?.list()[0]?.bytes).toHaveLength(32);
    expect((await stat(path.join(made, 'secret.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(made)).toEqual(['secret.key']);
    expect(idsOf(await loadSecretKeys(config))).toEqual(idsOf(all[0]!));
  });

  it.each(['oops', '', `${'ab'.repeat(32)}\noops`])('that holds %j is refused instead of replaced', async (text) => {
    await writeFile(path.join(folder, 'secret.key'), text);
    await expect(loadSecretKeys(configOf())).rejects.toMatchObject({
      code: 'secretKey.unreadable',
      message: expect.stringContaining('secret.key'),
    });
  });

  it('holds the new key before the old one until the old one is given up; whoever looks again sees both', async () => {
    const [keys, other] = [await loadSecretKeys(configOf()), await loadSecretKeys(configOf())];
    const [old] = idsOf(keys);
    await keys.renew();
    const both = idsOf(keys);
    expect(both).toEqual([expect.not.stringMatching(old!), old]);
    expect(idsOf(other)).toEqual([old]);
    await other.reload();
    expect(idsOf(other)).toEqual(both);
    expect((await stat(path.join(folder, 'secret.key'))).mode & 0o777).toBe(0o600);

    await other.renew();
    expect(await linesOf()).toHaveLength(2);
    await other.dropOld();
    expect(idsOf(other)).toEqual([both[0]]);
    expect(idsOf(await loadSecretKeys(configOf()))).toEqual([both[0]]);
    expect(await readdir(folder)).toEqual(['secret.key']);
  });

  it('that is gone is missed, not made anew, while the process runs', async () => {
    const keys = await loadSecretKeys(configOf());
    await unlink(path.join(folder, 'secret.key'));
    await expect(keys.reload()).rejects.toMatchObject({ code: 'secretKey.unreadable' });
    expect(await readdir(folder)).toEqual([]);
  });
});
