// Writes what a project's tests came to into tmp/test-results/<project>.<target>.json, an output of the Nx target: so the
// numbers are there too when Nx takes the result from its cache. Outside Nx it does nothing.
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');

module.exports = class ResultsReporter {
  onRunComplete(_contexts, results) {
    const { NX_TASK_TARGET_PROJECT: project, NX_TASK_TARGET_TARGET: target } = process.env;
    if (!project) return;
    const tests = results.testResults.flatMap((suite) => {
      const file = path.relative(root, suite.testFilePath);
      const list = suite.testResults.map(({ status, fullName, ancestorTitles, title }) => ({
        file,
        group: ancestorTitles[0] ?? '',
        name: fullName,
        titles: [...ancestorTitles, title],
        status,
      }));
      // a file that does not even load has no tests, and is a failure all the same
      return suite.testExecError
        ? [...list, { file, group: '', name: 'the file does not run', status: 'failed' }]
        : list;
    });
    const output = path.join(root, 'tmp/test-results', `${project}.${target}.json`);
    fs.mkdirSync(path.dirname(output), { recursive: true });
    fs.writeFileSync(output, JSON.stringify({ project, tests }));
  }
};
