import type { MemoryRoom } from '@tenon/base';
import type { Database, RunBell } from '@tenon/database';
import type { StepPorts } from '@tenon/nodes/activities';
import type { Logger, RunFeed, SecretStore } from '@tenon/ports';
import type { Quarantine } from './quarantine.js';
import type { Wakefulness } from './wakefulness.js';

/** What the activities of a worker are made of. */
export interface ActivityParts {
  readonly database: Database;
  readonly feed: RunFeed;
  /** Rung after events of a run are written. */
  readonly bell: RunBell;
  readonly secrets: SecretStore;
  /** What node types may use of the world; the object store also keeps large values. */
  readonly ports: StepPorts;
  readonly logger: Logger;
  /** Names this worker in attempts and leases. */
  readonly workerId: string;
  /** What large values of all steps under way may take of this process together. */
  readonly memory: MemoryRoom;
  /** Where steps that may have killed workers are tried. */
  readonly quarantine: Quarantine;
  /** Of this process. */
  readonly wakefulness: Wakefulness;
}
