import type { Violation, ViolationKind } from './checker/violation.js';

/** What one case, or all rounds with one fault, came to. */
export interface Row {
  readonly cell: string;
  readonly fault: string;
  readonly moment: string;
  readonly times: number;
  readonly runs: number;
  readonly recoveryMs: readonly number[];
  readonly violations: readonly Violation[];
  /** Why it was not run. */
  readonly skipped?: string;
}

/** Rows of the same case as one. */
export function fold(rows: readonly Row[]): Row[] {
  const byCase = Map.groupBy(rows, ({ cell, fault, moment }) => `${cell} ${fault} ${moment}`);
  return [...byCase.values()].map((same) => ({
    ...(same[0] as Row),
    times: same.reduce((sum, { times }) => sum + times, 0),
    runs: same.reduce((sum, { runs }) => sum + runs, 0),
    recoveryMs: same.flatMap(({ recoveryMs }) => recoveryMs),
    violations: same.flatMap(({ violations }) => violations),
  }));
}

const COUNTED: readonly (readonly [string, readonly ViolationKind[]])[] = [
  ['lost', ['lost', 'wrongResult', 'doubled']],
  ['repeated', ['repeated']],
  ['unowned', ['unowned', 'state']],
  ['streams', ['stream']],
  ['stops', ['stop']],
  ['budgets', ['budget']],
];

/** The rows as a table for people. */
export function tableOf(rows: readonly Row[]): string {
  const head = [
    'cell',
    'fault',
    'moment',
    'times',
    'runs',
    ...COUNTED.map(([title]) => title),
    'recovery p50/p99/max',
    '',
  ];
  const lines = rows.map((row) => [
    ...[row.cell, row.fault, row.moment, String(row.times), String(row.runs)],
    ...COUNTED.map(([, kinds]) => String(row.violations.filter(({ kind }) => kinds.includes(kind)).length)),
    recoveryOf(row.recoveryMs),
    row.skipped ?? (row.violations.length === 0 ? 'kept' : 'BROKEN'),
  ]);
  const cells = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)));
  const isNumber = (column: number) => column > 2 && column < head.length - 1;
  return cells
    .map((line) =>
      line
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The value below which this share of the values is; NaN when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

function recoveryOf(values: readonly number[]): string {
  if (values.length === 0) return '–';
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  return `${[0.5, 0.99, 1].map((share) => seconds(percentile(values, share))).join(' / ')} s`;
}
