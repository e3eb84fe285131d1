/**
 * `npm run bench [-- --json] [--quick] [--only NAMES] [--profile FOLDER]`: what a run costs against hand-written Temporal
 * workflows on the same server. Progress goes to standard error, the table to standard output.
 */
import { findExcesses } from './budgets.js';
import { CASES } from './cases.js';
import { openHistory } from './history.js';
import { measureCase, warmUp, type Row } from './measure.js';
import { readOptions, type Options } from './options.js';
import { Product } from './product-arm.js';
import { jsonOf, tableOf } from './report.js';
import { startStack } from './stack.js';
import { Teardown } from './teardown.js';

const startedAt = performance.now();
const options = readOptions(process.argv.slice(2));
const teardown = new Teardown();
try {
  const rows = await measure(options);
  process.stdout.write(`${options.isJson ? jsonOf(rows) : tableOf(rows)}\n`);
  const excesses = findExcesses(rows);
  for (const excess of excesses) say(`Over budget: ${excess}.`);
  if (options.isQuick && excesses.length > 0) process.exitCode = 1;
} finally {
  await teardown.run();
}

async function measure({ isQuick, only }: Options): Promise<Row[]> {
  const cases = CASES.filter((one) => (only.length === 0 ? !isQuick || one.isQuick : only.includes(one.name)));
  say('starting the product, the baseline and their servers');
  const stack = await startStack(options, teardown);
  const product = new Product(stack);
  teardown.add(() => product.close());
  const history = await openHistory(stack);
  teardown.add(() => history.close());
  const setting = { stack, product, history, isQuick };
  say('warming up');
  await warmUp(setting);
  const rows: Row[] = [];
  for (const [index, one] of cases.entries()) {
    say(`${index + 1} of ${cases.length}: ${one.name}`);
    rows.push(...(await measureCase(one, setting)));
  }
  say('done');
  return rows;
}

function say(text: string): void {
  process.stderr.write(`[${((performance.now() - startedAt) / 1_000).toFixed(0)} s] ${text}\n`);
}
