import type { Database } from '@tenon/database';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ApiConfig } from '../parts.js';
import { DiskUse } from './disk-use.js';

const nowhere = path.join(os.tmpdir(), 'tenon-nowhere');
const config = { data: { folder: nowhere, objectsFolder: nowhere } } as ApiConfig;

it('a disk that does not answer holds nobody up, is asked once at a time, and is told of', async () => {
  const asked: ((rows: object[]) => void)[] = [];
  const database = { rows: () => new Promise<object[]>((resolve) => asked.push(resolve)) } as unknown as Database;
  const use = new DiskUse(database, config);
  for (const report of await Promise.all([use.read(), use.read(), use.read()]))
    expect(report).toMatchObject({
      freeBytes: null,
      warning: expect.stringMatching(/^The disk has not answered since \d{4}-.*Z/) as string,
    });
  await use.read();
  expect(asked).toHaveLength(1);
  asked[0]?.([{ bytes: 5 }]);
  // the folder is not there
  expect(await use.read()).toMatchObject({ databaseBytes: 5, objectsBytes: null, warning: null });
  await use.read();
  expect(asked).toHaveLength(1);
});

it('what a disk does not read to its end counts as not seen, and is measured again later', async () => {
  const now = jest.spyOn(performance, 'now').mockReturnValue(0);
  const database = { rows: () => Promise.resolve([{ bytes: 5 }]) } as unknown as Database;
  const use = new DiskUse(database, { data: { folder: os.tmpdir(), objectsFolder: import.meta.dirname } } as ApiConfig);
  const broken = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('EIO: i/o error, scandir')) }),
  };
  const opened = jest.spyOn(fs, 'opendir').mockResolvedValue(broken as never);
  const free = expect.any(Number) as number;
  expect(await use.read()).toMatchObject({ databaseBytes: 5, objectsBytes: null, freeBytes: free });
  opened.mockRestore();
  now.mockReturnValue(60_001);
  expect(await use.read()).toMatchObject({ databaseBytes: 5, objectsBytes: free, freeBytes: free });
  now.mockRestore();
});
