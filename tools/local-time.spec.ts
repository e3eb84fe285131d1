import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/* The zone of a machine, and the days on which its clock is put forward or back, change nothing but what people are shown. */

const root = path.resolve(__dirname, '..');
const LOCAL =
  /\.[gs]et(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds)\(|getTimezoneOffset|toLocale(?:Date|Time)?String|DateTimeFormat|current_date|localtime/i;

it('C1 only what people read is written in the zone of their machine', () => {
  const files = execFileSync('git', ['ls-files', 'libs', 'temporal', 'apps'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /\.(?:ts|mjs)$/.test(file) && !/\.spec\.ts$|\/testing\//.test(file));
  expect(files.length).toBeGreaterThan(300);
  const local = files.filter((file) => LOCAL.test(readFileSync(path.join(root, file), 'utf8')));
  expect(local).toEqual(['apps/cli/src/render/quantity.ts', 'apps/console/src/app/language/quantities.ts']);
});
