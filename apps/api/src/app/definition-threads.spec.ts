import { createFakeLogger } from '@tenon/ports/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DefinitionThreads, type ThreadLimits } from './definition-threads.js';

// Performs what the text says, in place of work on definitions.
const SCRIPT = `
export function exportDefinition(text) {
  const [order] = text.split(' ');
  for (let held; order === 'hold'; ) held = { held };
  while (order === 'loop');
  return order + process.env.TENON_DATABASE_URL;
}`;
const LIMITS: ThreadLimits = { timeMs: 1_500, memoryMiB: 32 };

let folder: string;
let threads: DefinitionThreads;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-threads-'));
  await writeFile(path.join(folder, 'script.mjs'), SCRIPT);
  threads = new DefinitionThreads(createFakeLogger(), path.join(folder, 'script.mjs'), LIMITS);
});
afterAll(async () => {
  await threads.close();
  await rm(folder, { recursive: true });
});

/** Long enough for a thread. */
const long = (order: string) => threads.export(`${order} ${'x'.repeat(50_000)}`);

it('work on large definitions outside, without the environment of the API', async () => {
  process.env['TENON_DATABASE_URL'] = 'secret';
  expect(await long('done')).toBe('doneundefined');
  delete process.env['TENON_DATABASE_URL'];
});

it('end what takes too long, and go on with the next', async () => {
  const [looping, other] = await Promise.allSettled([long('loop'), long('other')]);
  expect(other).toMatchObject({ value: 'otherundefined' });
  expect(looping).toMatchObject({
    reason: { code: 'definition.tooSlow', message: expect.stringContaining('longer than 1.5 seconds') as string },
  });
  expect(await long('next')).toBe('nextundefined');
});

it('end what takes too much memory, and go on with the next', async () => {
  await expect(long('hold')).rejects.toMatchObject({
    code: 'definition.tooLarge',
    message: expect.stringContaining('32 MiB') as string,
  });
  expect(await long('next')).toBe('nextundefined');
});

it('refuse what would wait behind too many others', async () => {
  const asked = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => long(`${n}`)));
  const refused = asked.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatchObject({ reason: { code: 'definition.busy', kind: 'limited' } });
  expect(asked.length - refused.length).toBe(22);
});
