import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { checkPlatform, rerunWithNeededNode } from './node-version.mjs';

/**
 * Everything that a command of this repository needs on a new machine: packages, Node 24, and a build where it is wanted.
 * @param script  URL of the calling script, which runs again when another Node is needed
 * @returns       the exit code of that second run; `undefined` when the caller may go on
 */
export async function prepare(script, { isBuilt = false } = {}) {
  checkPlatform();
  await ensureInstalled();
  const code = await rerunWithNeededNode(script);
  if (code !== undefined) return code;
  if (isBuilt) await ensureBuilt();
  return undefined;
}
