import { existsSync, readFileSync } from 'node:fs';
import { at } from './place.mjs';

const SKIPPED = new Set(['pending', 'skipped', 'todo', 'disabled']);

/**
 * Folds the result files of all projects (written by tools/test/results-reporter.cjs) into what `npm test` prints last:
 * failures, skipped tests with their reasons, and one closing line. The reason of a skip stands in the names of the test
 * and its groups. A project without a file did not get as far as its tests, which is one failure.
 */
export function foldResults(projects, target, folder = at('tmp/test-results')) {
  const all = projects.flatMap((project) => {
    const file = `${folder}/${project}.${target}.json`;
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).tests;
    return [{ file: project, name: 'its tests did not run', status: 'failed' }];
  });
  const failed = all.filter(({ status }) => status === 'failed');
  const skipped = all.filter(({ status }) => SKIPPED.has(status));
  const passed = all.filter(({ status }) => status === 'passed');
  return {
    failedCount: failed.length,
    lines: [
      ...section('Failed', failed),
      ...section('Skipped', skipped),
      `${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`,
    ],
  };
}

function section(title, tests) {
  if (tests.length === 0) return [];
  return [`${title}:`, ...tests.map(({ file, name }) => `  ${file}: ${name}`), ''];
}
