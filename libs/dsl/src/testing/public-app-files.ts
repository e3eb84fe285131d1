import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** App files that people published, kept beside the repository because they have licences of their own. */
const FOLDER = resolve(__dirname, '../../../../../shared/dsl-corpus');

/** Name and text of each file; empty where the folder is absent. */
export function publicAppFiles(): readonly { readonly name: string; readonly text: string }[] {
  if (!existsSync(FOLDER)) return [];
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.yml'));
  return names.sort().map((name) => ({ name, text: readFileSync(resolve(FOLDER, name), 'utf8') }));
}

/** `describe` for suites over public app files: skipped, with a sentence, where there are none. */
export function describePublicAppFiles(title: string, suite: () => void): void {
  if (publicAppFiles().length > 0) describe(title, suite);
  // a skipped suite needs a test to be counted
  else
    describe.skip(`${title}: skipped, ../shared/dsl-corpus is not here`, () => it('reads public app files', () => {}));
}
