import type { RunSummary } from '../api/runs.js';
import { describeDuration, describeInstant } from './quantity.js';
import { tableLines } from './table-lines.js';
import { oneLine } from './value-text.js';

const HEAD = ['RUN', 'STATUS', 'STARTED', 'TOOK', 'APP', ''];
const NOTE_CHARACTERS = 60;

/** Runs, one a line below a head. Last comes why a run cannot go on or failed, else what was asked. */
export function runTable(runs: readonly RunSummary[]): string[] {
  return tableLines([HEAD, ...runs.map(toRow)]);
}

function toRow({ id, status, createdAt, durationMs, app, needsAttention, failure, query }: RunSummary): string[] {
  const took = durationMs === null ? '' : describeDuration(durationMs);
  const note = needsAttention?.reason ?? failure?.message ?? query ?? '';
  return [id, status, describeInstant(createdAt), took, app.name, oneLine(note, NOTE_CHARACTERS)];
}
