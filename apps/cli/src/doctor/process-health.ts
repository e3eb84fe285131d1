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
  try {
    const status = JSON.parse(await readFile(path.join(folder, 'status.json'), 'utf8')) as {
      readonly processes: readonly ProcessHealth[];
    };
    return status.processes;
  } catch {
    return []; // no launcher was ever here
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
