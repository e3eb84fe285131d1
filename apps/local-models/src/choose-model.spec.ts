import { chooseModel, choosePresent } from './choose-model.js';
import { models } from './manifest.js';

const GIB = 1024 ** 3;

it.each([
  [16, 100, 'local-chat'],
  [5, 3, 'local-chat'],
  [4.9, 100, 'local-chat-small'],
  [16, 2.9, 'local-chat-small'],
  [2, 1.5, 'local-chat-small'],
])('with %d GiB of memory and %d GiB of disk it chooses %s', (memory, disk, id) => {
  expect(chooseModel({ memoryBytes: memory * GIB, diskBytes: disk * GIB }).id).toBe(id);
});

it('says which memory is missing', () => {
  expect(() => chooseModel({ memoryBytes: 1.2 * GIB, diskBytes: 100 * GIB })).toThrow(
    'A local model needs 2.0 GiB of free memory, and 1.2 GiB are free.',
  );
});

it('says which disk is missing', () => {
  expect(() => chooseModel({ memoryBytes: 16 * GIB, diskBytes: GIB })).toThrow(
    'A local model needs 1.5 GiB of free disk, and 1.0 GiB are free.',
  );
});

it('of the files that are here takes the best that fits, else the smallest', () => {
  expect(choosePresent(models, 8 * GIB)?.id).toBe('local-chat');
  expect(choosePresent(models, 4 * GIB)?.id).toBe('local-chat-small');
  expect(choosePresent(models, 1 * GIB)?.id).toBe('local-chat-small');
  expect(choosePresent([], 8 * GIB)).toBeUndefined();
});
