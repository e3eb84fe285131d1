import { createFoundation } from './1764000000000-create-foundation.js';
import { createFile } from './1764100000000-create-file.js';
import { addRunTrouble } from './1764200000000-add-run-trouble.js';
import { createCarriedRun } from './1764300000000-create-carried-run.js';
import { indexConversations } from './1764400000000-index-conversations.js';
import { mergeStories } from './1764500000000-merge-stories.js';
import { nameSessions } from './1764520000000-name-sessions.js';
import { countUsage } from './1764550000000-count-usage.js';
import { addKeeping } from './1764600000000-add-keeping.js';
import { addRunLosses } from './1764650000000-add-run-losses.js';
import { createSecretKey } from './1764660000000-create-secret-key.js';
import { addWorkerClock } from './1764670000000-add-worker-clock.js';
import { addRequestId } from './1764680000000-add-request-id.js';
import { addRunLostAt } from './1764690000000-add-run-lost-at.js';
import { createPasswordTry } from './1764700000000-create-password-try.js';
import { noteRemovedRuns } from './1764710000000-note-removed-runs.js';
import { dropRunLosses } from './1764720000000-drop-run-losses.js';
import { countAppUsage } from './1764730000000-count-app-usage.js';
import { addAppearance } from './1764740000000-add-appearance.js';
import { indexEndedRuns } from './1764750000000-index-ended-runs.js';
import { addAssistance } from './1764765000000-add-assistance.js';

/** A step of the schema: statements that run in one transaction, once. */
export interface Migration {
  readonly name: string;
  readonly up: readonly string[];
}

/** Every migration, oldest first. */
export const migrations: readonly Migration[] = [
  createFoundation,
  createFile,
  addRunTrouble,
  createCarriedRun,
  indexConversations,
  mergeStories,
  nameSessions,
  countUsage,
  addKeeping,
  addRunLosses,
  createSecretKey,
  addWorkerClock,
  addRequestId,
  addRunLostAt,
  createPasswordTry,
  noteRemovedRuns,
  dropRunLosses,
  countAppUsage,
  addAppearance,
  indexEndedRuns,
  addAssistance,
];
