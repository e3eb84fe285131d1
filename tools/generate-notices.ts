/**
 * Writes THIRD-PARTY-NOTICES.txt from package-lock.json and the installed packages:
 * `npx node --import ./tools/build/source.mjs tools/generate-notices.ts [--check]`.
 * With `--check` it writes nothing and fails when the file is out of date. Both fail at a licence that is not allowed.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readPackages } from './notices/packages.js';
import { findForbidden, renderNotices } from './notices/render.js';

const NAME = 'THIRD-PARTY-NOTICES.txt';
const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const packages = readPackages(root);
const forbidden = findForbidden(packages);
const wanted = renderNotices(packages);
const target = path.join(root, NAME);
const isCurrent = (await fs.readFile(target, 'utf8').catch(() => '')) === wanted;
if (forbidden.length > 0) fail(forbidden.join('\n'));
else if (isCurrent) console.log(`${NAME} is up to date.`);
else if (values.check) fail(`${NAME} is out of date: run "npm run fix".`);
else {
  await fs.writeFile(target, wanted);
  console.log(`Wrote ${NAME}.`);
}

function fail(reason: string): void {
  console.error(reason);
  process.exitCode = 1;
}
