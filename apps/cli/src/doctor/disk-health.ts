import { describeBytes } from '../render/quantity.js';
import { ok, warning, type Finding } from './finding.js';

/** What `GET /health` says of the room that an instance takes, in bytes; null where it cannot see it. */
export interface DiskHealth {
  readonly databaseBytes: number | null;
  readonly objectsBytes: number | null;
  readonly logsBytes: number | null;
  readonly temporalBytes: number | null;
  readonly freeBytes: number | null;
  readonly warning: string | null;
}

/** A finding on what takes room and how much is left. */
export function examineDiskUse(disk: DiskHealth): Finding {
  const parts = [
    ['database', disk.databaseBytes],
    ['files and large values', disk.objectsBytes],
    ['logs', disk.logsBytes],
    ['Temporal', disk.temporalBytes],
    ['free', disk.freeBytes],
  ] as const;
  const known = parts.flatMap(([name, bytes]) => (bytes === null ? [] : `${name} ${describeBytes(bytes)}`));
  const state = known.join(', ') || 'not known yet';
  return disk.warning ? warning('disk use', state, disk.warning) : ok('disk use', state);
}
