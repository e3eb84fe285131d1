import { endProcess, isSameProcess } from '@tenon/platform/servers';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { ProcessStatus } from './supervised.js';

/** What the launcher says of itself and its processes; the health page shows it. */
export interface LauncherStatus {
  /** Of the launcher. */
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly start: StartFacts;
  readonly processes: readonly ProcessStatus[];
}

/** How it was started, for whoever looks later without the same settings. */
export interface StartFacts {
  /** Where the key that seals stored credentials comes from. */
  readonly sealingKey: 'TENON_SECRET_KEY' | 'secret.key';
  readonly objectsFolder: string;
}

/** Writes the status whenever something changes, always as a whole. */
export class StatusFile {
  private readonly startedAt = new Date().toISOString();
  private readonly processes = new Map<string, ProcessStatus>();
  private writing: Promise<void> = Promise.resolve();
  private isWriteDue = false;

  constructor(
    private readonly file: string,
    private readonly start: StartFacts,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Notes a change; several in a row become one write. */
  set(status: ProcessStatus): void {
    this.processes.set(status.name, status);
    if (this.isWriteDue) return;
    this.isWriteDue = true;
    this.writing = this.writing.then(() => this.write()).catch(this.onError);
  }

  /** Resolves when everything noted so far is written. */
  flush(): Promise<void> {
    return this.writing;
  }

  private async write(): Promise<void> {
    this.isWriteDue = false;
    const status: LauncherStatus = {
      pid: process.pid,
      startedAt: this.startedAt,
      updatedAt: new Date().toISOString(),
      start: this.start,
      processes: [...this.processes.values()],
    };
    const draft = `${this.file}.new`;
    await writeFile(draft, `${JSON.stringify(status, undefined, 2)}\n`, { mode: 0o600 });
    await rename(draft, this.file);
  }
}

/** Ends processes of an earlier launcher that was killed and whose children have not ended by themselves. */
export async function endLeftovers(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const identities = readIdentities(text);
  await Promise.all(
    identities.map(async (identity) => {
      if (await isSameProcess(identity)) await endProcess(identity, 'SIGTERM', 10_000);
    }),
  );
}

function readIdentities(text: string) {
  try {
    const { processes } = JSON.parse(text) as LauncherStatus;
    return processes.flatMap(({ pid, startedAt }) => (pid && startedAt ? [{ pid, startedAt }] : []));
  } catch {
    return []; // torn by a power cut, after which no process is left either
  }
}
