import { isSameProcess } from '@tenon/platform/servers';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startNodeProcess } from './node-process.js';
import { endLeftovers, StatusFile, type LauncherStatus } from './status-file.js';
import { createScripts, POLITE } from './testing/script.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-status-'));
  file = path.join(folder, 'status.json');
});
afterEach(() => rm(folder, { recursive: true }));

const unexpected = (error: Error) => {
  throw error;
};
const start = { sealingKey: 'secret.key', objectsFolder: '/objects' } as const;
const since = '2026-01-01T00:00:00.000Z';

describe('StatusFile', () => {
  it('holds the latest state of every process, and names the launcher', async () => {
    const status = new StatusFile(file, start, unexpected);
    status.set({ name: 'api', state: 'starting', since, restarts: 0 });
    status.set({ name: 'worker', state: 'ready', since, restarts: 2, pid: 7, lastError: 'worker ended by SIGKILL' });
    status.set({ name: 'api', state: 'ready', since, restarts: 0, pid: 6 });
    await status.flush();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      pid: process.pid,
      start,
      processes: [
        { name: 'api', state: 'ready', pid: 6 },
        { name: 'worker', state: 'ready', restarts: 2, lastError: 'worker ended by SIGKILL' },
      ],
    });
  });

  it('is a whole file at every moment', async () => {
    const status = new StatusFile(file, start, unexpected);
    status.set({ name: 'api', state: 'starting', since, restarts: 0 });
    await status.flush();
    let isOver = false;
    const reading = (async () => {
      let reads = 0;
      while (!isOver) {
        JSON.parse(await readFile(file, 'utf8'));
        reads += 1;
      }
      return reads;
    })();
    for (let i = 0; i < 200; i++) {
      status.set({ name: 'api', state: 'starting', since, restarts: i, lastError: 'x'.repeat(i * 50) });
      await status.flush();
    }
    isOver = true;
    expect(await reading).toBeGreaterThan(10);
  });

  it('tells when it cannot be written, and goes on', async () => {
    const errors: string[] = [];
    const status = new StatusFile(path.join(folder, 'none/status.json'), start, ({ message }) => errors.push(message));
    status.set({ name: 'api', state: 'starting', since, restarts: 0 });
    await status.flush();
    expect(errors).toEqual([expect.stringContaining('ENOENT')]);
  });
});

describe('endLeftovers', () => {
  it('ends the processes of a killed launcher and nobody else', async () => {
    const scripts = await createScripts();
    const command = await scripts.command('api', POLITE);
    const [leftover, stranger] = await Promise.all([startNodeProcess(command), startNodeProcess(command)]);
    try {
      const entry = { state: 'ready', since, restarts: 0 } as const;
      const status: LauncherStatus = {
        pid: 1,
        startedAt: since,
        updatedAt: since,
        start,
        processes: [
          { ...entry, name: 'api', pid: leftover.pid, startedAt: leftover.startedAt },
          { ...entry, name: 'worker', pid: stranger.pid, startedAt: 'another time' },
          { ...entry, name: 'temporal' },
        ],
      };
      await writeFile(file, JSON.stringify(status));
      await endLeftovers(file);
      expect(await isSameProcess(leftover)).toBe(false);
      expect(await isSameProcess(stranger)).toBe(true);
    } finally {
      await Promise.all([leftover.kill(), stranger.kill()]);
      await scripts.remove();
    }
  });

  it.each([
    ['torn', '{"pid":'],
    ['missing', undefined],
  ])('has nothing to do when the file is %s', async (_, text) => {
    if (text !== undefined) await writeFile(file, text);
    await expect(endLeftovers(file)).resolves.toBeUndefined();
  });
});
