/**
 * `npm run faults [-- --cell W2] [--rounds N] [--seed S] [--quick] [--out FILE]`: breaks the product in every way that is
 * listed and checks that it keeps its promises. Progress goes to standard error, the table to standard output.
 */
import { Teardown } from '@tenon/bench/teardown';
import { writeFile } from 'node:fs/promises';
import type { Case, Setting } from './cells/cell.js';
import { CASES } from './cells/index.js';
import { publishApps } from './load/load.js';
import { readOptions } from './options.js';
import { fold, tableOf, type Row } from './report.js';
import { playRound, QUICK_SEEDS } from './rounds.js';
import { heal, runCase } from './run-case.js';
import { startStack } from './stack/stack.js';

const startedAt = performance.now();
const options = readOptions(process.argv.slice(2));
const teardown = new Teardown();
// servers that are waited for do not keep this process alive
const staying = setInterval(() => undefined, 1_000);
try {
  const rows = judge(fold(await runAll()));
  process.stdout.write(`${tableOf(rows)}\n`);
  if (options.out) await writeFile(options.out, JSON.stringify({ options, rows }, undefined, 2));
  if (rows.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
} finally {
  await teardown.run();
  clearInterval(staying);
}
// followers of a case that broke off would go on for ever
process.exit();

async function runAll(): Promise<Row[]> {
  const { cells, isQuick, rounds, seed } = options;
  const cases = repeat(choose(), cells.length > 0 ? Math.max(1, rounds) : 1);
  say('starting the product and its servers');
  const stack = await startStack(teardown);
  const setting: Setting = { stack, apps: await publishApps(stack.backDoor), isQuick };
  // whatever is stopped would not hear that it is to end
  teardown.add(() => heal(stack));
  const rows: Row[] = [];
  for (const [index, one] of cases.entries()) {
    say(`${index + 1} of ${cases.length}: ${one.cell} ${one.fault}, ${one.moment}`);
    rows.push(tell(await runCase(one, setting, teardown)));
  }
  const seeds = cells.length > 0 ? [] : rounds > 0 ? from(seed, rounds) : isQuick ? QUICK_SEEDS : [];
  const roundsFrom = performance.now();
  for (const [index, roundSeed] of seeds.entries()) {
    const row = await playRound(roundSeed, setting);
    const minutesLeft = ((performance.now() - roundsFrom) / (index + 1) / 60_000) * (seeds.length - index - 1);
    const left = minutesLeft < 1 ? '' : `, ${Math.ceil(minutesLeft)} min left`;
    say(`round ${index + 1} of ${seeds.length}: ${row.fault}, seed ${roundSeed}${left}`);
    rows.push(tell(row));
  }
  return rows;
}

function choose(): Case[] {
  const { cells, isQuick, rounds } = options;
  const unknown = cells.filter((name) => !CASES.some(({ cell }) => cell === name));
  if (unknown.length > 0) {
    const known = [...new Set(CASES.map(({ cell }) => cell))].join(', ');
    throw new Error(`There is no cell ${unknown.join(', ')}; there are ${known}.`);
  }
  if (cells.length > 0) return CASES.filter(({ cell }) => cells.includes(cell));
  if (isQuick) return CASES.filter((one) => one.isQuick);
  return rounds > 0 ? [] : [...CASES];
}

function from(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

function repeat(cases: readonly Case[], times: number): Case[] {
  return Array.from({ length: times }, () => cases).flat();
}

/** Budgets over all repetitions of a case. */
function judge(rows: readonly Row[]): Row[] {
  return rows.map((row) => {
    const one = CASES.find(
      ({ cell, fault, moment }) => cell === row.cell && fault === row.fault && moment === row.moment,
    );
    const excesses = one?.judge?.(row.recoveryMs) ?? [];
    for (const { text } of excesses) say(`${row.cell}: ${text}`);
    return { ...row, violations: [...row.violations, ...excesses] };
  });
}

function tell(row: Row): Row {
  for (const { promise, runId = '', text } of row.violations) say(`  ${promise} broken: ${runId} ${text}`);
  return row;
}

function say(text: string): void {
  process.stderr.write(`[${((performance.now() - startedAt) / 1_000).toFixed(0)} s] ${text}\n`);
}
