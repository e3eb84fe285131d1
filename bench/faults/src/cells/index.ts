import type { Case } from './cell.js';
import { workerCases } from './worker.js';

/** Every case, in the order of the table. */
export const CASES: readonly Case[] = [...workerCases];
