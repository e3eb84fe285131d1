import { apiCases } from './api.js';
import type { Case } from './cell.js';
import { clientCases } from './client.js';
import { clockCases } from './clock.js';
import { codeCases } from './code.js';
import { longWorkCases } from './long-work.js';
import { memoryCases } from './memory.js';
import { migrationCases } from './migration.js';
import { objectCases } from './objects.js';
import { postgresCases } from './postgres.js';
import { providerCases } from './providers.js';
import { recoveryCases } from './recovery.js';
import { temporalCases } from './temporal.js';
import { timerCases } from './timers.js';
import { uploadCases } from './uploads.js';
import { workerCases } from './worker.js';

/** Every case, in the order of the table. */
export const CASES: readonly Case[] = [
  workerCases,
  longWorkCases,
  memoryCases,
  apiCases,
  uploadCases,
  temporalCases,
  timerCases,
  postgresCases,
  migrationCases,
  providerCases,
  codeCases,
  objectCases,
  clientCases,
  clockCases,
  recoveryCases,
].flat();
