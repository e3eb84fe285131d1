import { BUDGETS, findExcesses } from './budgets.js';
import type { Row } from './measure.js';

const [budget] = BUDGETS as [(typeof BUDGETS)[number]];

function row(change: Partial<Row>): Row {
  return {
    ...{ name: budget.name, baseline: budget.baseline, ratio: 0, cpuRatio: 0, cpuMs: 0, baselineCpuMs: 0 },
    ...{ p50Ms: 0, baselineP50Ms: 0, runsPerSecond: 0, baselineRunsPerSecond: 0 },
    ...{ historyEvents: 0, historyBytes: 0, baselineHistoryEvents: 0, baselineHistoryBytes: 0 },
    ...change,
  };
}

it('lets a ratio pass that is a quarter over its budget, and names one that is more', () => {
  expect(findExcesses([row({ ratio: budget.ratio * 1.25, cpuRatio: budget.cpuRatio * 1.25 })])).toEqual([]);
  expect(findExcesses([row({ ratio: budget.ratio * 1.26 })])).toEqual([
    expect.stringContaining(`${budget.name} against ${budget.baseline}: ratio`),
  ]);
  expect(findExcesses([row({ cpuRatio: budget.cpuRatio * 2 })])).toHaveLength(1);
});

it('does not let a ratio pass that could not be measured', () => {
  expect(findExcesses([row({ ratio: NaN })])).toHaveLength(1);
});

it('judges no row that has no budget', () => {
  expect(findExcesses([row({ baseline: 'nothing of the kind', ratio: 100, cpuRatio: 100 })])).toEqual([]);
});
