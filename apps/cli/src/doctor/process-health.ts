import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { troubleOfCode, type TroubleName } from '@tenon/platform';
import { count, describeDuration } from '../render/quantity.js';
import { ok, sign, warning, type Finding } from './finding.js';
import type { LogSign } from './log-signs.js';

/** What the launcher says of one of its processes. */
export interface ProcessHealth {
  readonly name: string;
  readonly state: string;
  /** ISO 8601. */
  readonly since: string;
  readonly restarts: number;
  readonly lastError?: string;
  readonly lastErrorCode?: string;
}

/** What the launcher wrote last in a data folder, whether or not it runs. */
export interface Status {
  /** Of the launcher. */
  readonly pid: number;
  /** ISO 8601. */
  readonly updatedAt: string;
  /** How it was started; a launcher of before did not say. */
  readonly start?: { readonly sealingKey: string; readonly objectsFolder: string };
  readonly processes: readonly ProcessHealth[];
}

/** One that ended so often is not about to get well by itself. */
const MANY_RESTARTS = 3;

/** Whether that launcher has not yet come so far that the API serves. One that cannot get there ends by itself. */
export async function isStarting(folder: string, launcherPid: number): Promise<boolean> {
  const status = await readStatus(folder);
  if (status?.pid !== launcherPid) return true; // it has not begun to write
  const api = status.processes.find(({ name }) => name === 'api');
  return api === undefined || api.state === 'waiting' || api.state === 'starting';
}

/** Reads `status.json` of a data folder; undefined where no launcher was ever. */
export async function readStatus(folder: string): Promise<Status | undefined> {
  try {
    return JSON.parse(await readFile(path.join(folder, 'status.json'), 'utf8')) as Status;
  } catch {
    return undefined;
  }
}

/**
 * A finding for each process: its state and since when, and what it complained of.
 * @param readSign  what the log of one says that is not well
 */
export async function examineProcesses(
  processes: readonly ProcessHealth[],
  readSign: (name: string) => Promise<LogSign | undefined> = async () => undefined,
): Promise<Finding[]> {
  return Promise.all(processes.map((process) => examineProcess(process, readSign)));
}

async function examineProcess(
  { name, state, since, restarts, lastError, lastErrorCode }: ProcessHealth,
  readSign: (name: string) => Promise<LogSign | undefined>,
): Promise<Finding> {
  const often = restarts > 0 ? `, started again ${count(restarts, 'time')}` : '';
  const text = `${state} for ${describeSince(since)}${often}`;
  const complaint = lastError ? `: ${lastError}` : '';
  if (state === 'ready' && restarts < MANY_RESTARTS) {
    const log = `Look at logs/${name}.log in the data folder.`;
    return lastError ? warning(name, `${text}; last error${complaint}`, log) : ok(name, text);
  }
  const found = await readSign(name);
  const logged = found && !complaint.includes(found.line) ? `; its log: ${found.line}` : '';
  const known = (lastErrorCode !== undefined && troubleOfCode(lastErrorCode)) || found?.trouble || troubleOf(name);
  return sign(known, name, `${text}${complaint}${logged}`);
}

/** What it most likely means that this process is not well, where nothing else is known. */
function troubleOf(name: string): TroubleName {
  if (name === 'postgres') return 'postgresDown';
  return name === 'temporal' ? 'temporalDown' : 'processDies';
}

/** `3 min 20 s`, from an instant until now. */
export function describeSince(iso: string): string {
  return describeDuration(Date.now() - Date.parse(iso));
}
