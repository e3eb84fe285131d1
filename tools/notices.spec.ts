import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readPackages } from './notices/packages.js';
import { findForbidden, renderNotices } from './notices/render.js';

const root = path.resolve(__dirname, '..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** An installation with these packages: their entries in the lock file, and the texts of their licences. */
function install(packages: Record<string, { lock: object; text?: string }>): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tenon-notices-'));
  folders.push(folder);
  const locked = Object.entries(packages).map(([name, { lock, text }]) => {
    const place = `node_modules/${name}`;
    mkdirSync(path.join(folder, place), { recursive: true });
    writeFileSync(path.join(folder, place, 'package.json'), JSON.stringify({ name }));
    if (text !== undefined) writeFileSync(path.join(folder, place, 'LICENSE'), text);
    return [place, { version: '1.0.0', ...lock }];
  });
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify({ packages: Object.fromEntries(locked) }));
  return folder;
}

it('the notices are those of the lock file, and every licence is allowed', () => {
  const packages = readPackages(root);
  expect(findForbidden(packages)).toEqual([]);
  expect(renderNotices(packages) === read('THIRD-PARTY-NOTICES.txt')).toBe(true);
  expect(packages.length).toBeGreaterThan(400);
  // what browsers are given, with what that needs
  const names = packages.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['@angular/core', '@angular/material', 'd3-array', 'katex', 'mermaid']));
  expect(names).not.toContain('jest');
});

it('a licence that is not on the list is refused, and so is a package that names none', () => {
  const packages = readPackages(
    install({
      copyleft: { lock: { license: 'GPL-3.0-only' } },
      either: { lock: { license: '(GPL-3.0-only OR MIT)' } },
      both: { lock: { license: 'GPL-3.0-only AND MIT' } },
      silent: { lock: {} },
      'for-tests': { lock: { license: 'GPL-3.0-only', dev: true } },
    }),
  );
  const list = 'which is not on the list of tools/notices/licences.ts.';
  expect(findForbidden(packages)).toEqual([
    `both@1.0.0 is under "GPL-3.0-only AND MIT", ${list}`,
    `copyleft@1.0.0 is under "GPL-3.0-only", ${list}`,
    `silent@1.0.0 is under no licence that it names, ${list}`,
  ]);
});

it('a text that several packages have stands there once, with every line of copyright', () => {
  const body = 'Permission is hereby granted.\nThe above copyright notice shall be included.';
  const notices = renderNotices(
    readPackages(
      install({
        one: { lock: { license: 'MIT' }, text: `Copyright (c) 2020 Ada\n\n${body}\n` },
        two: { lock: { license: 'MIT' }, text: `  Copyright 2021 Bob\r\nCopyright © Carol\r\n\r\n${body}` },
        none: { lock: { license: 'MIT' } },
      }),
    ),
  );
  expect(notices).toContain(
    `one 1.0.0\n  Copyright (c) 2020 Ada\ntwo 1.0.0\n  Copyright 2021 Bob\n  Copyright © Carol\n\nMIT:\n\n${body}\n`,
  );
  expect(notices).toMatch(/without a text of their licence\n-+\n\nnone 1\.0\.0: MIT\n/);
});

it('the models that are fetched and the programs that are brought are in the notices', () => {
  const notices = read('THIRD-PARTY-NOTICES.txt');
  const models = [...read('apps/local-models/src/manifest.ts').matchAll(/^ {4}name: '(.+)',\n/gm)].map(([, it]) => it);
  expect(models.length).toBeGreaterThan(1);
  for (const name of [...models, 'PostgreSQL', 'Temporal server', 'Pyodide', 'llama.cpp', 'Node.js'])
    expect(notices).toContain(`\n${name}`);
});
