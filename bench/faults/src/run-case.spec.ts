import { Teardown } from '@tenon/bench/teardown';
import type { Case, Setting } from './cells/cell.js';
import { fold, tableOf } from './report.js';
import { runCase } from './run-case.js';

it('a case that cannot be run here says why and breaks nothing', async () => {
  const run = () => Promise.reject(new Error('was run'));
  const one: Case = { cell: 'D3', fault: 'F', moment: 'it is full', obstacle: () => 'not run: no disk', run };
  const row = await runCase(one, {} as Setting, new Teardown());
  const rows = fold([row, row]);
  expect(rows).toMatchObject([{ times: 0, runs: 0, violations: [], skipped: 'not run: no disk' }]);
  expect(tableOf(rows)).toMatch(/^D3 .* not run: no disk$/m);
});
