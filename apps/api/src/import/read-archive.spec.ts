import { buildZip, type ZippedFile } from '@tenon/platform/testing';
import { isArchive, readArchive } from './read-archive.js';

const MB = 1_000_000;
const app = (name: string): ZippedFile => ({ name, data: `app: {name: ${name}, mode: workflow}` });

async function read(files: readonly ZippedFile[]) {
  const { files: found, leftOut } = await readArchive(buildZip(files));
  const shown = found.map((file) => [file.name, 'content' in file ? file.content : file.refusal.code]);
  return { shown, leftOut };
}

it('gives the app files of a zip, whatever the folders, and leaves the rest alone', async () => {
  const files = [
    ...[app('one.yml'), { name: 'flows/', data: '' }, app('flows/two.YAML'), { name: '三.json', data: '{}' }],
    ...[{ name: 'README.md', data: '# Read me' }, app('__MACOSX/flows/._two.yaml'), app('.DS_Store')],
  ];
  expect(await read(files)).toEqual({
    shown: [
      ['one.yml', 'app: {name: one.yml, mode: workflow}'],
      ['two.YAML', 'app: {name: flows/two.YAML, mode: workflow}'],
      ['三.json', '{}'],
    ],
    leftOut: 3,
  });
});

it('tells of each file that cannot be read, and gives the others', async () => {
  const files = [
    app('good.yml'),
    { name: 'inner.zip', data: buildZip([app('x.yml')]) },
    { name: 'bytes.yml', data: Buffer.from([0xff, 0xfe, 0x00]) },
    { name: 'page.yml', data: '<!doctype html><title>404</title>' },
    { name: 'large.yml', data: 'x'.repeat(5 * MB + 1) },
    { name: 'locked.yml', data: 'x', isEncrypted: true },
    { name: 'more-than-it-says.yml', data: 'x'.repeat(MB), claimedBytes: 10 },
    { name: 'less-than-it-says.yml', data: 'x', claimedBytes: 10 },
    app('also-good.yml'),
  ];
  expect((await read(files)).shown).toEqual([
    ['good.yml', expect.any(String)],
    ['inner.zip', 'import.nested'],
    ['bytes.yml', 'import.notText'],
    ['page.yml', 'import.isPage'],
    ['large.yml', 'import.tooLarge'],
    ['locked.yml', 'import.encrypted'],
    ['more-than-it-says.yml', 'import.brokenArchive'],
    ['less-than-it-says.yml', 'import.brokenArchive'],
    ['also-good.yml', expect.any(String)],
  ]);
});

it('takes names for words: none leads anywhere', async () => {
  const names = ['../../etc/cron.d/x.yml', '/etc/x.yml', 'C:\\x.yml', '\u202elmy.x.yml', `${'long'.repeat(200)}.yml`];
  const { shown } = await read(names.map(app));
  expect(shown.map(([name]) => name)).toEqual([
    'x.yml',
    'x.yml',
    'x.yml',
    'lmy.x.yml',
    expect.stringMatching(/^.{251}\.yml$/),
  ]);
});

it.each<[string, () => Buffer, string]>([
  [
    'a bomb',
    () => buildZip(Array.from({ length: 3 }, (_, at) => ({ name: `${at}.yml`, data: 'a'.repeat(5 * MB) }))),
    'import.tooLarge',
  ],
  ['51 apps', () => buildZip(Array.from({ length: 51 }, (_, at) => app(`${at}.yml`))), 'import.tooManyFiles'],
  [
    '1 001 files',
    () => buildZip(Array.from({ length: 1_001 }, (_, at) => ({ name: `${at}.txt`, data: '' }))),
    'import.tooManyFiles',
  ],
  ['no app', () => buildZip([{ name: 'a.txt', data: 'x' }]), 'import.noAppFile'],
  ['nothing', () => buildZip([]), 'import.noAppFile'],
  ['half of itself', () => buildZip([app('a.yml')]).subarray(0, 60), 'import.brokenArchive'],
  [
    'a directory of noise',
    () => Buffer.concat([buildZip([app('a.yml')]).subarray(0, 40), Buffer.alloc(500, 'PK')]),
    'import.brokenArchive',
  ],
])('is refused as a whole with %s', async (_what, make, code) => {
  await expect(readArchive(make())).rejects.toMatchObject({ code });
});

it('knows a zip by its first bytes', () => {
  expect([buildZip([app('a.yml')]), buildZip([]), Buffer.from('PK: 1'), Buffer.from('')].map(isArchive)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
