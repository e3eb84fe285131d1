import type { Case } from './cell.js';
import { workerCalls } from './worker.js';

/** Every case, in the order of the table. */
export const CASES: readonly Case[] = [...workerCalls];
