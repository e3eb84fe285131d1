import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeObjectStoreContract } from '@tenon/ports/testing';
import { createDiskObjectStore } from './index.js';

describeObjectStoreContract('the disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-objects-'));
  return {
    store: createDiskObjectStore(join(folder, 'objects')),
    close: () => rm(folder, { recursive: true }),
  };
});
