import { findLockHolder, marksOf, putMark } from '@tenon/platform/processes';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { announceEndAfterLastCommand } from './end-mark.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-end-'))));
afterEach(() => rm(folder, { recursive: true }));

/** Whether it is over within a time that is long for it. */
function firstOf(over: Promise<unknown>, withinMs: number): Promise<string> {
  return Promise.race([over.then(() => 'over'), delay(withinMs).then(() => 'waits')]);
}

describe('announceEndAfterLastCommand', () => {
  it('waits for the command that is there, and stands until it is taken away', async () => {
    const { command, ending } = marksOf(folder);
    const mark = await putMark(command);
    const over = announceEndAfterLastCommand(folder, 1);
    expect(await firstOf(over, 50)).toBe('waits');
    expect(await findLockHolder(ending)).toBeUndefined();
    await mark.release();
    const announced = await over;
    expect(await findLockHolder(ending)).toBe(process.pid);
    await announced.release();
    expect(await findLockHolder(ending)).toBeUndefined();
  });

  it('never ends under a command that came and saw no end announced, whenever it came', async () => {
    const { command } = marksOf(folder);
    await putMark(command);
    const file = path.join(folder, readdirSync(folder)[0] as string);
    for (let turns = 0; turns < 60; turns++) {
      rmSync(file);
      const over = announceEndAfterLastCommand(folder, 1);
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      // all at once, so that it falls between any two steps of the other side
      writeFileSync(file, '');
      const isJoined = !readdirSync(folder).some((name) => name.startsWith('launcher.ending'));
      if (isJoined) expect([turns, await firstOf(over, 10)]).toEqual([turns, 'waits']);
      rmSync(file);
      await (await over).release();
      writeFileSync(file, '');
    }
  });
});
