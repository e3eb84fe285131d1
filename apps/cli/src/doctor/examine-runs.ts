import { troubleOfCode, type TroubleName } from '@tenon/platform';
import type { ApiClient } from '../api/client.js';
import { fromEnum, type RunStatus } from '../api/run-report.js';
import { count, describeDuration } from '../render/quantity.js';
import { sign, type Finding } from './finding.js';

/** What the doctor asks of a run. */
interface RunSigns {
  readonly id: string;
  readonly status: RunStatus;
  readonly createdAt: string;
  readonly app: { readonly id: string; readonly name: string };
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly waitingFor: string | null;
  readonly needsAttention: { readonly reason: string } | null;
}

const RUNS = `query ($filter: RunFilter) { runs(first: 50, filter: $filter) { edges { node {
  id status createdAt waitingFor needsAttention { reason } app { id name } failure { code message }
} } } }`;

const ENDED = { statuses: ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED'] };
const OPEN = { statuses: ['QUEUED', 'RUNNING', 'WAITING', 'PAUSED', 'NEEDS_ATTENTION'] };

/** A run that waits for less is no trouble, in milliseconds. */
const PATIENCE_MS = 60_000;
/** What failed longer ago says little about now, in milliseconds. */
const RECENT_MS = 24 * 3_600_000;

/** Signs of trouble in the newest runs of the team: why they failed, and why they do not go on. */
export async function examineNewestRuns(client: ApiClient): Promise<Finding[]> {
  const [ended, open] = [await listSigns(client, ENDED), await listSigns(client, OPEN)];
  return [...explainFailures(ended), ...explainWaiting(open)];
}

async function listSigns(client: ApiClient, filter: { readonly statuses: readonly string[] }): Promise<RunSigns[]> {
  const { runs } = await client.ask<{ runs: { edges: { node: RunSigns }[] } }>(RUNS, { filter });
  return runs.edges.map(({ node }) => ({ ...node, status: fromEnum<RunStatus>(node.status) }));
}

/** Of each app only the newest run counts: what went well since is mended. */
function explainFailures(runs: readonly RunSigns[]): Finding[] {
  const apps = new Set<string>();
  const newest = runs.filter(({ app }) => !apps.has(app.id) && apps.add(app.id));
  const groups = new Map<string, { readonly trouble: TroubleName; readonly runs: RunSigns[] }>();
  for (const run of newest) {
    const trouble = run.failure && troubleOfCode(run.failure.code);
    if (!run.failure || !trouble || Date.now() - Date.parse(run.createdAt) > RECENT_MS) continue;
    const group = groups.get(run.failure.code) ?? { trouble, runs: [] };
    groups.set(run.failure.code, { trouble, runs: [...group.runs, run] });
  }
  return [...groups].map(([code, { trouble, runs: failed }]) => {
    const [run] = failed as [RunSigns];
    const more = failed.length > 1 ? `, and the newest of ${count(failed.length - 1, 'other app')}` : '';
    return sign(trouble, 'failed runs', `the newest run of ${run.app.name}${more}: ${code}: ${run.failure?.message}`);
  });
}

/** Runs with the same reason are told together. */
function explainWaiting(runs: readonly RunSigns[]): Finding[] {
  const groups = new Map<string, number[]>();
  for (const { createdAt, waitingFor, needsAttention } of runs) {
    const waitedMs = Date.now() - Date.parse(createdAt);
    // the reason of a waiting one ends with since when it waits
    const waits = waitedMs > PATIENCE_MS ? waitingFor?.replace(/ Waiting since [^ ]*$/, '') : undefined;
    const reason = needsAttention?.reason ?? waits;
    if (reason) groups.set(reason, [...(groups.get(reason) ?? []), waitedMs]);
  }
  return [...groups].map(([reason, waits]) => {
    const longest = describeDuration(Math.max(...waits));
    return sign('runsStuck', 'open runs', `${count(waits.length, 'run')}, the oldest of ${longest} ago: ${reason}`);
  });
}
