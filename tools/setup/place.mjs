import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** `root` joined with further parts. */
export const at = (...parts) => path.join(root, ...parts);

/** Held by the one process that installs or builds at a time; see marks.mjs. */
export const setupLock = at('tmp/setup.lock');
