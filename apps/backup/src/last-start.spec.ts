import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { settingsOfLastStart } from './last-start.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(path.join(os.tmpdir(), 'tenon-last-start-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const write = (status: string) => writeFileSync(path.join(folder, 'status.json'), status);

it('names the objects of an instance that was started with them elsewhere', () => {
  write(JSON.stringify({ pid: 1, start: { sealingKey: 'secret.key', objectsFolder: os.tmpdir() }, processes: [] }));
  expect(settingsOfLastStart(folder)).toEqual({ TENON_OBJECTS_DIR: os.tmpdir() });
});

it.each([
  ['they are there no more, since the folder was moved', { start: { objectsFolder: '/nowhere/objects' } }],
  ['a launcher of before did not say', { processes: [] }],
])('names nothing when %s', (_why, status) => {
  write(JSON.stringify(status));
  expect(settingsOfLastStart(folder)).toEqual({});
});

it('names nothing of a folder in which nothing was started, or of a file that is cut', () => {
  expect(settingsOfLastStart(folder)).toEqual({});
  write('{"start":');
  expect(settingsOfLastStart(folder)).toEqual({});
});
