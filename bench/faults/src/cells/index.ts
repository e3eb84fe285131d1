import { apiCases } from './api.js';
import type { Case } from './cell.js';
import { clientCases } from './client.js';
import { longWorkCases } from './long-work.js';
import { postgresCases } from './postgres.js';
import { recoveryCases } from './recovery.js';
import { temporalCases } from './temporal.js';
import { workerCases } from './worker.js';

/** Every case, in the order of the table. */
export const CASES: readonly Case[] = [
  workerCases,
  longWorkCases,
  apiCases,
  temporalCases,
  postgresCases,
  clientCases,
  recoveryCases,
].flat();
