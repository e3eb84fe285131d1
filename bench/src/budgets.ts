import type { Row } from './measure.js';

/** Most that a ratio may be. */
interface Budget {
  readonly name: string;
  readonly baseline: string;
  readonly ratio: number;
  readonly cpuRatio: number;
}

/** What a ratio may be over its budget before the short form fails: the machines are noisy. */
const TOLERANCE = 1.25;

/** The one table of budgets. */
export const BUDGETS: readonly Budget[] = [
  { name: 'pure-10', baseline: 'activity-10', ratio: 0.25, cpuRatio: 0.25 },
  { name: 'pure-10', baseline: 'local-10', ratio: 0.6, cpuRatio: 0.6 },
  { name: 'pure-10', baseline: 'local-1', ratio: 1.2, cpuRatio: 1.2 },
];

/** The budget of a row, if it has one. */
export function budgetOf(row: Row): Budget | undefined {
  return BUDGETS.find(({ name, baseline }) => name === row.name && baseline === row.baseline);
}

/** A sentence for each ratio that is more than a quarter over its budget. */
export function findExcesses(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => {
    const budget = budgetOf(row);
    if (!budget) return [];
    return (['ratio', 'cpuRatio'] as const).flatMap((field) =>
      row[field] <= budget[field] * TOLERANCE
        ? []
        : [
            `${row.name} against ${row.baseline}: ${field} ${row[field].toFixed(2)}, budget ${budget[field]} and a quarter`,
          ],
    );
  });
}
