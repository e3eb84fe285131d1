import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { settings } from '../libs/platform/src/settings.js';
import type { Setting, SettingReader } from '../libs/platform/src/setting.js';

/* A process is given the settings that it is said to read: what it reads and what is said have to be the same. */

const root = path.resolve(__dirname, '..');
const FOLDERS: Readonly<Record<SettingReader, readonly string[]>> = {
  launcher: ['apps/launcher/src'],
  api: ['apps/api/src'],
  worker: ['temporal/worker/src'],
  'code-runner': ['apps/code-runner/src'],
  'local-models': ['apps/local-models/src'],
  // what it does to the files of an instance is a program of its own
  cli: ['apps/cli/src', 'apps/backup/src'],
};
const readers = Object.keys(FOLDERS) as SettingReader[];

/** All that a process is made of, but for its tests. */
function sourcesOf(reader: SettingReader): string {
  const files = FOLDERS[reader].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.ts$/.test(file) && !/\.spec\.ts$|(^|\/)testing\//.test(file))
      .map((file) => readFileSync(path.join(root, folder, file), 'utf8')),
  );
  return files.join('\n');
}

const all = Object.entries<Record<string, Setting>>(settings).flatMap(([group, members]) =>
  Object.entries(members).map(([key, setting]) => ({ group, key, ...setting })),
);
/** Read by a function of the platform for whoever calls it. */
const THROUGH: Readonly<Record<string, RegExp>> = {
  'data.folder': /\b(load|read)SecretKeys\(/,
  'secrets.key': /\b(load|read)SecretKeys\(/,
  'secrets.previousKeys': /\b(load|read)SecretKeys\(/,
  'log.level': /\.\.\.config\.log\b/,
  'log.format': /\.\.\.config\.log\b/,
};

/** Certainly read: by its whole name, taken out of its section, or through the platform. */
function isRead(text: string, group: string, key: string): boolean {
  const taken = `\\{[^{}=]*\\b${key}\\b[^{}=]*\\}`;
  return [
    new RegExp(`\\bconfig\\.${group}\\.${key}\\b`),
    new RegExp(`${taken} = (?:this\\.|\\w+\\.)*config\\.${group}\\b(?!\\.)`),
    new RegExp(`${taken}: (?:Pick<)?Config\\['${group}'\\]`),
    ...(THROUGH[`${group}.${key}`] ? [THROUGH[`${group}.${key}`] as RegExp] : []),
  ].some((form) => form.test(text));
}

/** Perhaps read: the section is passed on whole, or it and the key are both named somewhere. */
function mayBeRead(text: string, group: string, key: string): boolean {
  const isNamed = [group, key].every((name) => new RegExp(`\\b${name}\\b`).test(text));
  return isNamed || isRead(text, group, key) || new RegExp(`\\bconfig\\.${group}\\b(?!\\.)`).test(text);
}

describe.each(readers)('the settings of the %s', (reader) => {
  const text = sourcesOf(reader);
  const said = all.filter(({ usedBy }) => usedBy.includes(reader));

  it('are said to be its own where it reads them', () => {
    const read = all.filter(({ group, key }) => isRead(text, group, key));
    expect(read.length).toBeGreaterThan(0);
    expect(read.filter(({ usedBy }) => !usedBy.includes(reader)).map(({ name }) => name)).toEqual([]);
  });

  it('are read by it where they are said to be its own', () => {
    expect(said.filter(({ group, key }) => !mayBeRead(text, group, key)).map(({ name }) => name)).toEqual([]);
  });
});
