import { existsSync, readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { at } from './place.mjs';

const SKIPPED = new Set(['pending', 'skipped', 'todo', 'disabled']);

/** The tasks that Nx lists as failed at the end of its output, such as `@tenon/api:lint`. */
export function listFailedTasks(output) {
  const [, list = ''] = stripVTControlCharacters(output).split('Failed tasks:');
  return [...list.matchAll(/^- (\S+:\w+)$/gm)].map(([, task]) => task);
}

/**
 * Folds the result files of all projects (written by tools/test/results-reporter.cjs) into what `npm test` prints last:
 * failures, skipped tests with their reasons, and one closing line. The reason of a skip stands in the names of the test
 * and its groups. A task that failed without a failed test, or without getting as far as its tests, is one failure.
 */
export function foldResults(projects, target, failedTasks, folder = at('tmp/test-results')) {
  const all = projects.flatMap((project) => {
    const file = `${folder}/${project}.${target}.json`;
    const tests = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).tests : [];
    const isExplained = tests.some(({ status }) => status === 'failed');
    if (!failedTasks.includes(`${project}:${target}`) || isExplained) return tests;
    const name = tests.length > 0 ? 'its tests passed, but it failed' : 'its tests did not run';
    return [...tests, { file: project, group: '', name, status: 'failed' }];
  });
  const failed = all.filter(({ status }) => status === 'failed');
  const skipped = all.filter(({ status }) => SKIPPED.has(status));
  const passed = all.filter(({ status }) => status === 'passed');
  return {
    failedCount: failed.length,
    lines: [
      ...section('Failed', failed.map(nameOf)),
      ...section('Skipped', groupNames(skipped)),
      `${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`,
    ],
  };
}

const nameOf = ({ file, name }) => `${file}: ${name}`;

/** A group whose name gives the reason stands for its tests that are skipped; elsewhere each has its own. */
function groupNames(tests) {
  const groups = Map.groupBy(tests, (test) =>
    /skipped|needs/.test(test.group) ? `${test.file}: ${test.group}` : nameOf(test),
  );
  return [...groups].map(([name, members]) =>
    members.length > 1 ? `${name} (${members.length} tests)` : nameOf(members[0]),
  );
}

function section(title, names) {
  if (names.length === 0) return [];
  return [`${title}:`, ...names.map((name) => `  ${name}`), ''];
}
