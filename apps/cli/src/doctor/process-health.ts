import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { count, describeDuration } from '../render/quantity.js';
import { ok, trouble, warning, type Finding } from './finding.js';

/** What the launcher says of one of its processes. */
export interface ProcessHealth {
  readonly name: string;
  readonly state: string;
  /** ISO 8601. */
  readonly since: string;
  readonly restarts: number;
  readonly lastError?: string;
}

/** What the launcher wrote last in a data folder, whether or not it runs; nothing where it never did. */
export async function readProcessHealth(folder: string): Promise<readonly ProcessHealth[]> {
  return (await readStatus(folder))?.processes ?? [];
}

/** Whether that launcher has not yet come so far that the API serves. One that cannot get there ends by itself. */
export async function isStarting(folder: string, launcherPid: number): Promise<boolean> {
  const status = await readStatus(folder);
  if (status?.pid !== launcherPid) return true; // it has not begun to write
  const api = status.processes.find(({ name }) => name === 'api');
  return api === undefined || api.state === 'waiting' || api.state === 'starting';
}

interface Status {
  /** Of the launcher. */
  readonly pid: number;
  readonly processes: readonly ProcessHealth[];
}

async function readStatus(folder: string): Promise<Status | undefined> {
  try {
    return JSON.parse(await readFile(path.join(folder, 'status.json'), 'utf8')) as Status;
  } catch {
    return undefined; // no launcher was ever here
  }
}

/** A finding for each process: its state and since when, and what it complained of. */
export function examineProcesses(processes: readonly ProcessHealth[]): Finding[] {
  return processes.map(({ name, state, since, restarts, lastError }) => {
    const often = restarts > 0 ? `, started again ${count(restarts, 'time')}` : '';
    const text = `${state} for ${describeSince(since)}${often}`;
    const log = `Look at logs/${name}.log in the data folder.`;
    const complaint = lastError ? `: ${lastError}` : '';
    if (state !== 'ready') return trouble(name, `${text}${complaint}`, log);
    return lastError ? warning(name, `${text}; last error${complaint}`, log) : ok(name, text);
  });
}

/** `3 min 20 s`, from an instant until now. */
export function describeSince(iso: string): string {
  return describeDuration(Date.now() - Date.parse(iso));
}
