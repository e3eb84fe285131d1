import type { TeamId } from '@tenon/base';
import type { SecretStore } from '@tenon/ports';
import { createFakeObjectStore } from '@tenon/ports/testing';
import { largeBytesOf, openInputs, storeLargeValues } from './values.js';

const team = 'team' as TeamId;
const MB = 1024 * 1024;
const secrets = {} as SecretStore;

describe('a value', () => {
  it.each([3, 30])(
    'B80 of %d MB goes by reference, and comes back whole',
    async (size) => {
      const objects = createFakeObjectStore();
      const text = 'x'.repeat(size * MB);
      const stored = await storeLargeValues(team, { text, small: 'y' }, objects);
      expect(stored).toMatchObject({ text: { $ref: { sizeBytes: size * MB + 2 } }, small: 'y' });
      expect(JSON.stringify(stored).length).toBeLessThan(1_000);
      const { inputs } = await openInputs(team, { 'n.text': stored['text'] ?? null }, { objects, secrets });
      expect(inputs['n.text'] === text).toBe(true);
    },
    60_000,
  );

  it.each<[string, () => unknown]>([
    ['of 300 MB', () => 'x'.repeat(300 * MB)],
    ['of 80 MB in parts', () => Array.from({ length: 80 }, () => 'x'.repeat(MB))],
    ['that no text can hold', () => Array.from({ length: 700 }, () => 'x'.repeat(MB))],
    ['of more bytes than characters', () => 'é'.repeat(26 * MB)],
  ])(
    'B80 %s is refused by name, and nothing is stored',
    async (_what, make) => {
      const objects = createFakeObjectStore();
      await expect(storeLargeValues(team, { text: make() as string }, objects)).rejects.toMatchObject({
        code: 'value.tooLarge',
        message: 'The output "text" is larger than 50 MB, the most that one value may hold.',
      });
      expect(await objects.list('')).toEqual([]);
    },
    60_000,
  );

  it('B80 is read alone whatever its size, and with others within what a step may read', () => {
    const reference = (sizeBytes: number) => ({ $ref: { key: 'k', sizeBytes, mediaType: 'text/plain', preview: '' } });
    expect(largeBytesOf({ a: reference(50 * MB) })).toBe(50 * MB);
    expect(largeBytesOf({ a: reference(10 * MB), b: [reference(10 * MB)] })).toBe(20 * MB);
    expect(() => largeBytesOf({ a: reference(30 * MB), b: { c: reference(30 * MB) } })).toThrow(
      expect.objectContaining({ code: 'step.inputsTooLarge' }),
    );
  });
});
