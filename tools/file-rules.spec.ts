import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

let repo: string;
beforeAll(() => {
  repo = mkdtempSync(path.join(os.tmpdir(), 'tenon-file-rules-'));
  cpSync(path.join(__dirname, 'setup'), path.join(repo, 'tools/setup'), { recursive: true });
});
afterAll(() => rmSync(repo, { recursive: true }));

/** What a rule says of a repository that holds the set-up and these files. */
function problems(rule: 'findLongFiles' | 'findBadNames', files: Readonly<Record<string, string>>): string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(repo, name)), { recursive: true });
    writeFileSync(path.join(repo, name), text);
  }
  const code = `import('./tools/setup/file-rules.mjs').then((rules) => console.log(JSON.stringify(rules.${rule}())))`;
  const found = JSON.parse(execFileSync(process.execPath, ['-e', code], { cwd: repo, encoding: 'utf8' })) as string[];
  for (const name of Object.keys(files)) rmSync(path.join(repo, name));
  return found;
}

describe('the length of files', () => {
  const lines = (count: number) => 'x\n'.repeat(count);

  it('names a file above 400 lines and no shorter one', () => {
    const found = problems('findLongFiles', { 'libs/a/src/long.ts': lines(401), 'libs/a/src/short.ts': lines(400) });
    expect(found).toEqual(['libs/a/src/long.ts has 401 lines: the limit is 400.']);
  });

  it('leaves generated files, recordings and prose alone', () => {
    const found = problems('findLongFiles', {
      'libs/nodes/src/catalog/definitions.ts': lines(500),
      'libs/a/src/__fixtures__/reply.ts': lines(500),
      'docs/long.md': lines(500),
    });
    expect(found).toEqual([]);
  });
});

describe('the names of files', () => {
  it.each([
    'libs/a/src/runState.ts',
    'libs/a/src/RunState.ts',
    'libs/a/src/run_state.ts',
    'libs/a/src/utils.ts',
    'libs/a/src/text-helpers.ts',
    'libs/a/src/common/text.ts',
    'libs/a/src/run.types.ts',
    'apps/api/src/types.ts',
    'tools/build/misc.mjs',
  ])('reports %s', (name) => {
    expect(problems('findBadNames', { [name]: '' })).toEqual([expect.stringContaining(name)]);
  });

  it('accepts kebab-case, the suffixes of frameworks and GraphQL types', () => {
    const names = [
      'libs/a/src/run-state.spec.ts',
      'libs/a/src/value-type.ts',
      'libs/a/src/migrations/1764000000000-create-foundation.ts',
      'apps/api/src/run/run.types.ts',
      'temporal/workflows/src/run.workflow.ts',
      '.dependency-cruiser.cjs',
    ];
    expect(problems('findBadNames', Object.fromEntries(names.map((name) => [name, ''])))).toEqual([]);
  });
});
