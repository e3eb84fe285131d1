// `npm run check`: format, file length, cycles, generated files, lint, types and unit tests: what must hold at each commit.
// With `--all` (`npm test`) every suite runs instead of the unit tests, after a build, the budgets of the bench hold, and
// so do the promises under faults.
import { rmSync } from 'node:fs';
import { checks } from './checks.mjs';
import { run, toolEnv } from './command.mjs';
import { at } from './place.mjs';
import { prepare } from './prepare.mjs';
import { elapsed, runMain, step } from './terminal.mjs';
import { foldResults, listFailedTasks } from './test-results.mjs';

const isAll = process.argv.includes('--all');
const target = isAll ? 'test' : 'unit';
const startedAt = Date.now();

await runMain(async () => {
  const code = await prepare(import.meta.url, { isBuilt: isAll });
  if (code !== undefined) return code;
  const failed = [];
  for (const [name, check] of checks) await attempt(name, check, failed);
  const projects = await listProjects();
  // A result of an earlier run must not stand in for a suite that did not start.
  rmSync(at('tmp/test-results'), { recursive: true, force: true });
  const targets = ['lint', 'typecheck', target];
  const { code: nxCode, output } = await run(
    'npx',
    ['nx', 'run-many', '-t', ...targets, '--parallel', '2', '--output-style', 'static', '--nx-bail=false'],
    {
      isShown: true,
      env: toolEnv({ FORCE_COLOR: process.stdout.isTTY ? '1' : '0' }),
    },
  );
  const failedTasks = listFailedTasks(output);
  failed.push(...failedTasks.filter((task) => !task.endsWith(`:${target}`)));
  if (nxCode !== 0 && failedTasks.length === 0) failed.push('lint, types and tests');
  // after the suites, since a measurement wants the machine for itself
  if (isAll && !(await holdsBudgets())) failed.push('budgets of the bench');
  if (isAll && !(await keepsPromises())) failed.push('promises under faults');
  const { lines, failedCount, unprovenRows } = foldResults(projects, target, failedTasks);
  // root can make everything that the suites need, such as a disk that is full
  if (isAll && unprovenRows.length > 0 && process.getuid?.() === 0) failed.push('promises that no test has proven');
  console.log(`\n${failed.length > 0 ? `Not in order: ${failed.join(', ')}.\n` : ''}Took ${elapsed(startedAt)}.\n`);
  console.log(lines.join('\n'));
  return failed.length + failedCount > 0 ? 1 : 0;
});

async function holdsBudgets() {
  if (process.platform !== 'linux') {
    console.log('The bench is skipped: it reads processor time from /proc, which only Linux has.');
    return true;
  }
  const { code } = await run(process.execPath, [at('tools/setup/bench.mjs'), '--quick'], { isShown: true });
  return code === 0;
}

async function keepsPromises() {
  if (process.platform !== 'linux') {
    console.log('The faults are skipped: they read processes from /proc, which only Linux has.');
    return true;
  }
  const { code } = await run(process.execPath, [at('tools/setup/faults.mjs'), '--quick'], { isShown: true });
  return code === 0;
}

async function attempt(name, check, failed) {
  try {
    await step(`Checking: ${name}`, async () => {
      const problems = await check();
      if (problems) throw new Error(problems);
    });
  } catch (error) {
    failed.push(name);
    console.error(error.message);
  }
}

async function listProjects() {
  const { code, output } = await run('npx', ['nx', 'show', 'projects', '--with-target', target, '--json'], {
    env: toolEnv({ FORCE_COLOR: '0' }),
  });
  if (code !== 0) throw new Error(output);
  return JSON.parse(output.slice(output.indexOf('[')));
}
