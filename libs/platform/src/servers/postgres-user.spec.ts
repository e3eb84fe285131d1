import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findClosedFolder, findOpenPrograms, findPostgresUser } from './postgres-user.js';

const isRoot = process.getuid?.() === 0;
const stranger = { uid: 54321, gid: 54321 };
let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tenon-user-'));
  await chmod(root, 0o755);
  await mkdir(path.join(root, 'a/bin'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

describe('findClosedFolder', () => {
  it('finds the first folder on the way that a user may not enter', async () => {
    expect(await findClosedFolder(path.join(root, 'a/bin'), stranger)).toBeUndefined();
    await chmod(path.join(root, 'a'), 0o700);
    expect(await findClosedFolder(path.join(root, 'a/bin'), stranger)).toBe(path.join(root, 'a'));
    expect(await findClosedFolder(path.join(root, 'a/bin'), { uid: process.getuid!(), gid: 54321 })).toBeUndefined();
  });

  it('counts the group of the user', async () => {
    await chmod(path.join(root, 'a'), 0o710);
    expect(await findClosedFolder(path.join(root, 'a'), { uid: 54321, gid: process.getgid!() })).toBeUndefined();
    expect(await findClosedFolder(path.join(root, 'a'), stranger)).toBe(path.join(root, 'a'));
  });
});

describe('findPostgresUser', () => {
  (isRoot ? it : it.skip)('is never root (needs root)', async () => {
    const user = await findPostgresUser(path.join(root, 'none'));
    expect(user?.uid).toBeGreaterThan(0);
    expect(user?.gid).toBeGreaterThan(0);
  });

  (isRoot ? it.skip : it)('is nobody else for a person who is not root (needs another user than root)', async () => {
    expect(await findPostgresUser(root)).toBeUndefined();
  });
});

describe('findOpenPrograms', () => {
  const version = `spec-${process.pid}`;
  const copy = path.join(os.tmpdir(), `tenon-postgres-${version}-${process.arch}`);
  afterEach(() => rm(copy, { recursive: true, force: true }));

  it('leaves the programs where they are when everybody may go there', async () => {
    expect(await findOpenPrograms(path.join(root, 'a'), version, stranger)).toBe(path.join(root, 'a'));
    expect(await findOpenPrograms(path.join(root, 'a'), version, undefined)).toBe(path.join(root, 'a'));
  });

  it('copies them once to a place that the user may enter', async () => {
    await writeFile(path.join(root, 'a/bin/postgres'), 'server');
    await chmod(path.join(root, 'a'), 0o700);
    expect(await findOpenPrograms(path.join(root, 'a'), version, stranger)).toBe(copy);
    expect(await readFile(path.join(copy, 'bin/postgres'), 'utf8')).toBe('server');
    await rm(path.join(root, 'a/bin/postgres'));
    expect(await findOpenPrograms(path.join(root, 'a'), version, stranger)).toBe(copy);
    expect(await readFile(path.join(copy, 'bin/postgres'), 'utf8')).toBe('server');
  });

  it('does not run a copy that others may have written', async () => {
    await mkdir(copy);
    await chmod(copy, 0o777);
    await chmod(path.join(root, 'a'), 0o700);
    await expect(findOpenPrograms(path.join(root, 'a'), version, stranger)).rejects.toMatchObject({
      code: 'postgres.folderClosed',
    });
  });
});
