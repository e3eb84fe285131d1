import type { HealthReport } from '../api/health.js';
import type { TextKey } from '../language/dictionary.js';
import type { TextValues } from '../language/texts.js';

/** How well something is; the worst comes last. */
export const HEALTH_LEVELS = ['good', 'warning', 'bad'] as const;
export type HealthLevel = (typeof HEALTH_LEVELS)[number];

/** A part of Tenon, and what there is to say of it. */
export interface HealthPart {
  readonly name: TextKey;
  readonly level: HealthLevel;
  readonly text: TextKey;
  readonly values?: TextValues;
  /** As the API says it, in English. */
  readonly detail?: string;
}

/** How values are written. */
export interface HealthWords {
  bytes(bytes: number): string;
  instant(at: string): string;
}

/** What is known of each part, and what it means for those who run apps. */
export function healthParts(report: HealthReport, words: HealthWords): readonly HealthPart[] {
  const { status, since, reason, workflowServer, runs, disk } = report;
  const parts: HealthPart[] = [];
  parts.push(
    status === 'ok'
      ? { name: 'health.database', level: 'good', text: 'health.works' }
      : {
          ...{ name: 'health.database', level: 'bad' },
          ...(since
            ? { text: 'health.noDatabase', values: { since: words.instant(since) } }
            : { text: 'health.noRuns' }),
          ...(reason && { detail: reason }),
        },
  );
  if (workflowServer)
    parts.push(
      workflowServer.state === 'up'
        ? { name: 'health.server', level: 'good', text: 'health.works' }
        : {
            ...{ name: 'health.server', level: 'bad', text: 'health.noServer' },
            values: { since: workflowServer.since ? words.instant(workflowServer.since) : '' },
          },
    );
  if (runs)
    parts.push(
      runs.workers > 0
        ? { name: 'health.workers', level: 'good', text: 'health.workersThere', values: { ...runs } }
        : { name: 'health.workers', level: 'bad', text: 'health.noWorkers', values: { ...runs } },
    );
  if (disk)
    parts.push({
      name: 'health.disk',
      level: disk.warning ? 'warning' : 'good',
      ...(disk.freeBytes === null
        ? { text: disk.warning ? 'health.diskTrouble' : 'health.works' }
        : { text: 'health.free', values: { free: words.bytes(disk.freeBytes) } }),
      ...(disk.warning && { detail: disk.warning }),
    });
  return parts;
}

/** The worst of them. */
export function levelOf(parts: readonly HealthPart[]): HealthLevel {
  return HEALTH_LEVELS[Math.max(0, ...parts.map(({ level }) => HEALTH_LEVELS.indexOf(level)))] ?? 'good';
}
