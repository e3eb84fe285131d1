import { budgetOf } from './budgets.js';
import type { Row } from './measure.js';

const COLUMNS: readonly (readonly [string, (row: Row) => string])[] = [
  ['case', (row) => row.name],
  ['baseline', (row) => row.baseline],
  ['time ×', (row) => withBudget(row.ratio, budgetOf(row)?.ratio)],
  ['CPU ×', (row) => withBudget(row.cpuRatio, budgetOf(row)?.cpuRatio)],
  ['CPU ms', (row) => pair(row.cpuMs, row.baselineCpuMs, 1)],
  ['p50 ms', (row) => pair(row.p50Ms, row.baselineP50Ms, 1) + directOf(row)],
  ['runs/s', (row) => pair(row.runsPerSecond, row.baselineRunsPerSecond, 1)],
  ['events', (row) => pair(row.historyEvents, row.baselineHistoryEvents, 0)],
  ['bytes', (row) => pair(row.historyBytes, row.baselineHistoryBytes, 0)],
];

/** The rows as a table for people; pairs are ours / the baseline's. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map((row) => COLUMNS.map(([, read]) => read(row)))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

/** The rows for machines; numbers have at most four digits after the point. */
export function jsonOf(rows: readonly Row[]): string {
  const round = (_: string, value: unknown) => (typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value);
  return JSON.stringify({ rows }, round, 2);
}

function withBudget(ratio: number, budget: number | undefined): string {
  return budget === undefined ? ratio.toFixed(2) : `${ratio.toFixed(2)} (≤ ${budget})`;
}

function pair(ours: number, theirs: number, digits: number): string {
  return `${ours.toFixed(digits)} / ${theirs.toFixed(digits)}`;
}

function directOf({ directP50Ms }: Row): string {
  return directP50Ms === undefined ? '' : ` / ${directP50Ms.toFixed(1)}`;
}
