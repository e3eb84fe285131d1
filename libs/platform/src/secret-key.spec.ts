import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from './config.js';
import { loadSecretKey } from './secret-key.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-key-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('loadSecretKey', () => {
  it('takes the key of the setting and writes nothing', async () => {
    const config = loadConfig({ TENON_DATA_DIR: folder, TENON_SECRET_KEY: 'ab'.repeat(32) });
    expect((await loadSecretKey(config)).equals(Buffer.alloc(32, 0xab))).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  it('makes one key, for its owner only, however many ask for it at once', async () => {
    const config = loadConfig({ TENON_DATA_DIR: path.join(folder, 'new') });
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadSecretKey(config)));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    expect((await stat(path.join(folder, 'new/secret.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(path.join(folder, 'new'))).toEqual(['secret.key']);
    expect((await loadSecretKey(config)).equals(keys[0]!)).toBe(true);
  });

  it('refuses a file that holds no key instead of replacing it', async () => {
    await writeFile(path.join(folder, 'secret.key'), 'oops');
    await expect(loadSecretKey(loadConfig({ TENON_DATA_DIR: folder }))).rejects.toMatchObject({
      code: 'secretKey.unreadable',
      message: expect.stringContaining('secret.key'),
    });
  });
});
