import { generate } from '@graphql-codegen/cli';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/* Types of what the console asks of the API, from the schema and the console's documents: one file beside each document. */

const root = path.resolve(import.meta.dirname, '..');
const SCHEMA_TYPES = 'apps/console/src/app/api/schema.generated.ts';
const scalars = { DateTime: 'string', JSON: { input: 'unknown', output: 'unknown' }, ID: 'string' };
const shape = { scalars, enumsAsTypes: true, immutableTypes: true, skipTypename: true };

const files = (await generate(
  {
    cwd: root,
    schema: 'apps/api/schema.graphql',
    documents: 'apps/console/src/**/*.graphql',
    silent: true,
    generates: {
      [SCHEMA_TYPES]: { plugins: ['typescript'], config: { ...shape, onlyOperationTypes: true } },
      'apps/console/src/app/': {
        preset: 'near-operation-file',
        presetConfig: {
          baseTypesPath: 'api/schema.generated.ts',
          extension: '.generated.ts',
          importTypesNamespace: 'Schema',
        },
        plugins: ['typescript-operations', 'typed-document-node'],
        config: { ...shape, importExtension: '.js', useTypeImports: true, nonOptionalTypename: false },
      },
    },
  },
  false,
)) as { filename: string; content: string }[];

const stale: string[] = [];
for (const { filename, content } of files) {
  const file = path.resolve(root, filename);
  if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
  if (process.argv.includes('--check')) stale.push(path.relative(root, file));
  else writeFileSync(file, content);
}
if (stale.length > 0) {
  console.error(`Out of date, "npm run fix" writes them anew: ${stale.join(', ')}.`);
  process.exitCode = 1;
}
