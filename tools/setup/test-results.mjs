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
 * `unprovenRows` are those of docs/reliability.md that no test has proven, since those which would were skipped.
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
  const proven = new Set(passed.flatMap(rowsOf));
  const unprovenRows = [...new Set(skipped.flatMap(rowsOf))].filter((row) => !proven.has(row));
  return {
    failedCount: failed.length,
    unprovenRows,
    lines: [
      ...section('Failed', failed.map(nameOf)),
      ...section('Skipped', groupNames(skipped)),
      ...section('Promises that no test has proven here', unprovenRows),
      `${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`,
    ],
  };
}

/** Numbers that the titles of a test and its groups begin with, as in `B13 B16 …`. */
function rowsOf({ titles = [] }) {
  return titles.flatMap((title) => ROWS.exec(title)?.[0].match(/[A-Z]\d+/g) ?? []);
}

const ROWS = /^(?:[A-Z]\d{1,2}\b[ ,]*(?:and )?)+/;

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
