import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInstead } from './command.mjs';
import { at } from './place.mjs';
import { SetupError } from './terminal.mjs';

/** What the set-up itself runs on, and what everything else needs. */
const SETUP_MAJOR = 20;
const NEEDED = [24, 15];

const [major, minor] = process.versions.node.split('.').map(Number);
const isNeeded = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);

/** npm installs Node for these, as an optional dependency of the root package. */
const bundled = at('node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
const isBundled = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);

/** Fails where neither this Node nor the one that npm installs will do. */
export function checkPlatform() {
  if (major < SETUP_MAJOR) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: install Node ${SETUP_MAJOR} or newer, best Node 24.`,
    );
  }
  if (process.platform === 'win32') throw new SetupError('Windows is not supported: use WSL, where Linux is.');
  if (!isNeeded && !isBundled) {
    throw new SetupError(
      `On ${process.platform}-${process.arch} Tenon needs Node ${NEEDED.join('.')} or newer, and this is ${process.versions.node}: install Node 24.`,
    );
  }
}

/**
 * Runs `script` (the URL of a file) again with a Node that is new enough, unless this one is. Returns the exit code of
 * that run, or `undefined` when this process may go on.
 */
export async function rerunWithNeededNode(script) {
  if (isNeeded) return undefined;
  if (!existsSync(bundled)) {
    throw new SetupError(
      'npm did not install Node 24: allow optional dependencies ("npm config delete omit") and try again.',
    );
  }
  return runInstead(bundled, [fileURLToPath(script), ...process.argv.slice(2)], { cwd: process.cwd() });
}
