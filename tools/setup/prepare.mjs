import { ensureBuilt, isBuilt as isBuiltNow } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { checkPlatform, rerunWithNeededNode } from './node-version.mjs';

/**
 * Everything that a command of this repository needs on a new machine: packages, Node 24, and a build where it is wanted.
 * @param script  URL of the calling script, which runs again when another Node is needed
 * @param isKept  an instance runs: what it runs from stays as it is, and a build that is out of date is only told
 * @returns       the exit code of that second run; `undefined` when the caller may go on
 */
export async function prepare(script, { isBuilt = false, isKept = false } = {}) {
  checkPlatform();
  if (!isKept) await ensureInstalled();
  const code = await rerunWithNeededNode(script);
  if (code !== undefined) return code;
  if (isKept && !isBuiltNow())
    console.error('Sources have changed since Tenon was started: start it again to use them.');
  else if (isBuilt && !isKept) await ensureBuilt();
  return undefined;
}
