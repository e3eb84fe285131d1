/**
 * `npm run faults [-- --cell W2] [--rounds N] [--seed S] [--quick] [--out FILE]`: breaks the product in every way that is
 * listed and checks that it keeps its promises. Progress goes to standard error, the table to standard output.
 */
import { Teardown } from '@tenon/bench/teardown';
import { writeFile } from 'node:fs/promises';
import { CASES } from './cells/index.js';
import { heal, runCase } from './run-case.js';
import { publishApps } from './load/load.js';
import { readOptions } from './options.js';
import { tableOf, type Row } from './report.js';
import { startStack } from './stack/stack.js';

const startedAt = performance.now();
const options = readOptions(process.argv.slice(2));
const teardown = new Teardown();
// servers that are waited for do not keep this process alive
const staying = setInterval(() => undefined, 1_000);
try {
  const rows = await runAll();
  process.stdout.write(`${tableOf(rows)}\n`);
  if (options.out) await writeFile(options.out, JSON.stringify({ options, rows }, undefined, 2));
  if (rows.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
} finally {
  await teardown.run();
  clearInterval(staying);
}

async function runAll(): Promise<Row[]> {
  const { cells, isQuick } = options;
  const cases = CASES.filter((one) => (cells.length > 0 ? cells.includes(one.cell) : !isQuick || one.isQuick));
  say('starting the product and its servers');
  const stack = await startStack(teardown);
  const setting = { stack, apps: await publishApps(stack.backDoor), isQuick };
  // whatever is stopped would not hear that it is to end
  teardown.add(() => heal(stack));
  const rows: Row[] = [];
  for (const [index, one] of cases.entries()) {
    say(`${index + 1} of ${cases.length}: ${one.cell} ${one.fault}, ${one.moment}`);
    const row = await runCase(one, setting);
    for (const { promise, runId = '', text } of row.violations) say(`  ${promise} broken: ${runId} ${text}`);
    rows.push(row);
  }
  return rows;
}

function say(text: string): void {
  process.stderr.write(`[${((performance.now() - startedAt) / 1_000).toFixed(0)} s] ${text}\n`);
}
