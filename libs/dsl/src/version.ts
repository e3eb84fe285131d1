import { CURRENT_VERSION } from './definition.js';

/** What importing a file of some version comes to; `pending` means that a person has to confirm. */
export type ImportStatus = 'completed' | 'completed-with-warnings' | 'pending' | 'failed';

const VERSION = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+.]?[A-Za-z][A-Za-z0-9.+-]*)?$/;

/**
 * Compares the version of a file with one that is supported: equal or only a patch older is `completed`, a minor
 * version older comes with warnings, newer or a major version older is `pending`, unreadable is `failed`.
 */
export function compareVersions(fileVersion: string, supported: string = CURRENT_VERSION): ImportStatus {
  const file = parts(fileVersion);
  const ours = parts(supported);
  if (!file || !ours) return 'failed';
  const [major, minor, patch] = file.map((part, index) => Math.sign(part - (ours[index] ?? 0)));
  if ((major || minor || patch || 0) > 0 || major === -1) return 'pending';
  return minor === -1 ? 'completed-with-warnings' : 'completed';
}

function parts(version: string): [number, number, number] | undefined {
  const match = VERSION.exec(version.trim());
  return match ? [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)] : undefined;
}
