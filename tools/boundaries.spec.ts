import { ESLint } from 'eslint';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(__dirname, '..');
const eslint = new ESLint({ cwd: root });

/** What lint reports for a file with this text, as `rule message`; the file need not exist. */
async function lint(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: path.join(root, file) });
  return (result?.messages ?? []).map(({ ruleId, message }) => `${ruleId} ${message}`);
}

const TAGS = '@nx/enforce-module-boundaries A project tagged with';
const CYCLES = '@nx/enforce-module-boundaries Circular dependency between';
const PATHS = '@nx/enforce-module-boundaries Projects cannot be imported by a relative';
const IMPORTS = '@typescript-eslint/no-restricted-imports';
const SYNTAX = 'no-restricted-syntax';
const TIME = 'no-restricted-globals';
const MACHINE = 'no-restricted-properties';

type Row = readonly [what: string, file: string, code: string];

/** Imports a package for its effect alone, so that nothing in the text is unused. */
const takes = (name: string) => `import '${name}';`;
const mentions = (name: string) => `export type { Thing } from '${name}';`;

const reported = (rule: string, rows: readonly Row[]) =>
  it.each(rows)('reports %s in %s', async (_what, file, code) => {
    expect(await lint(file, code)).toContainEqual(expect.stringContaining(rule));
  });
const accepted = (rows: readonly Row[]) =>
  it.each(rows)('accepts %s in %s', async (_what, file, code) => {
    expect(await lint(file, code)).toEqual([]);
  });

describe('the layers', () => {
  // The rule skips itself without a project graph, so these fail when the suite is started outside Nx on a fresh copy.
  reported(TAGS, [
    ['ports', 'libs/engine/src/new.ts', takes('@tenon/ports')],
    ['a type of ports', 'libs/engine/src/new.ts', mentions('@tenon/ports')],
    ['a dynamic import of ports', 'libs/engine/src/new.ts', `void import('@tenon/ports');`],
    ['engine', 'libs/jinja/src/new.ts', takes('@tenon/engine')],
    ['engine', 'libs/ports/src/new.ts', takes('@tenon/engine')],
    ['database', 'libs/dsl/src/new.ts', takes('@tenon/database')],
    ['database', 'libs/nodes/src/run/new.ts', takes('@tenon/database')],
    ['an adapter', 'libs/nodes/src/run/new.ts', takes('@tenon/openai-compatible')],
    ['another adapter', 'libs/adapters/openai-compatible/src/new.ts', takes('@tenon/outbound-http')],
    ['engine', 'libs/adapters/openai-compatible/src/new.ts', takes('@tenon/engine')],
    ['platform', 'libs/adapters/object-store-disk/src/new.ts', takes('@tenon/platform')],
    ['compiler', 'libs/database/src/new.ts', takes('@tenon/compiler')],
    ['engine', 'libs/platform/src/new.ts', takes('@tenon/engine')],
    ['nodes', 'temporal/contract/src/new.ts', takes('@tenon/nodes/inline')],
    ['ports', 'temporal/workflows/src/new.ts', takes('@tenon/ports')],
    ['an adapter', 'temporal/activities/src/new.ts', takes('@tenon/openai-compatible')],
    ['platform', 'temporal/activities/src/new.ts', takes('@tenon/platform')],
    ['activities', 'apps/api/src/new.ts', takes('@tenon/activities')],
    ['database', 'apps/cli/src/new.ts', takes('@tenon/database')],
    ['ports', 'apps/code-runner/src/new.ts', takes('@tenon/ports')],
    ['database', 'apps/launcher/src/new.ts', takes('@tenon/database')],
    ['an adapter', 'bench/src/new.ts', takes('@tenon/openai-compatible')],
    ['an adapter', 'tools/new.ts', takes('@tenon/openai-compatible')],
  ]);
  reported(PATHS, [
    ['a path into another package', 'libs/engine/src/new.ts', takes('../../compiler/src/index.js')],
    [
      'a path to the entry point of another package',
      'temporal/worker/src/new.ts',
      takes('../../contract/src/index.js'),
    ],
  ]);
  reported(CYCLES, [
    ['engine', 'libs/base/src/new.ts', takes('@tenon/engine')],
    ['compiler', 'libs/engine/src/new.ts', takes('@tenon/compiler')],
    ['the entry point of nodes', 'libs/engine/src/new.ts', takes('@tenon/nodes/inline')],
    ['nodes', 'libs/compiler/src/new.ts', takes('@tenon/nodes/definitions')],
  ]);

  accepted([
    ['base', 'libs/engine/src/new.ts', takes('@tenon/base')],
    ['dsl', 'libs/compiler/src/new.ts', takes('@tenon/dsl')],
    ['ports', 'libs/adapters/openai-compatible/src/new.ts', takes('@tenon/ports')],
    ['engine', 'libs/database/src/new.ts', takes('@tenon/engine')],
    ['database', 'temporal/activities/src/new.ts', takes('@tenon/database')],
    ['an adapter', 'temporal/worker/src/new.ts', takes('@tenon/outbound-http')],
    ['an adapter', 'apps/api/src/new.ts', takes('@tenon/object-store-disk')],
    ['platform', 'apps/cli/src/new.ts', takes('@tenon/platform')],
    ['node definitions', 'tools/new.ts', takes('@tenon/nodes/definitions')],
  ]);
});

describe('the files of a node type', () => {
  reported(IMPORTS, [
    ['ports', 'libs/nodes/src/new/definition.ts', takes('@tenon/ports')],
    ['jinja', 'libs/nodes/src/new/definition.ts', takes('@tenon/jinja')],
    ['inline.ts', 'libs/nodes/src/new/definition.ts', takes('./inline.js')],
    ['a helper of running steps', 'libs/nodes/src/new/definition.ts', takes('../run/failure.js')],
    ['another node type', 'libs/nodes/src/new/definition.ts', takes('../llm/definition.js')],
    ['Node', 'libs/nodes/src/new/definition.ts', takes('node:fs')],
    ['ports', 'libs/nodes/src/new/inline.ts', takes('@tenon/ports')],
    ['dsl', 'libs/nodes/src/new/inline.ts', takes('@tenon/dsl')],
    ['the schema library', 'libs/nodes/src/new/inline.ts', takes('zod')],
    ['a value of definition.ts', 'libs/nodes/src/new/inline.ts', `export { schema } from './definition.js';`],
    ['activity.ts', 'libs/nodes/src/new/inline.ts', takes('./activity.js')],
    ['Node', 'libs/nodes/src/new/inline.ts', takes('node:fs')],
    ['compiler', 'libs/nodes/src/new/activity.ts', takes('@tenon/compiler')],
    ['a vendor', 'libs/nodes/src/new/activity.ts', takes('openai')],
    ['a value of definition.ts', 'libs/nodes/src/new/activity.ts', `export { schema } from './definition.js';`],
    ['another node type', 'libs/nodes/src/new/activity.ts', takes('../llm/prompt.js')],
    ['Node', 'libs/nodes/src/new/activity.ts', takes('node:http')],
  ]);
  reported(SYNTAX, [
    ['a dynamic import', 'libs/nodes/src/new/definition.ts', `void import('zod');`],
    ['a dynamic import', 'libs/nodes/src/new/inline.ts', `void import('./definition.js');`],
    ['a dynamic import', 'libs/nodes/src/new/activity.ts', `void import('node:http');`],
    ['an export of everything', 'libs/nodes/src/new/inline.ts', `export * from '@tenon/engine';`],
  ]);

  accepted([
    ...['@tenon/base', '@tenon/dsl', '@tenon/engine', '@tenon/compiler', 'zod', '../config/selector.js'].map(
      (name): Row => [name, 'libs/nodes/src/new/definition.ts', takes(name)],
    ),
    ...['@tenon/base', '@tenon/engine', '@tenon/jinja', '../run/failure.js'].map((name): Row => [
      name,
      'libs/nodes/src/new/inline.ts',
      takes(name),
    ]),
    ...['@tenon/base', '@tenon/ports', '@tenon/engine', '@tenon/jinja', '../run/failure.js', './prompt.js'].map(
      (name): Row => [name, 'libs/nodes/src/new/activity.ts', takes(name)],
    ),
    ['a type of definition.ts', 'libs/nodes/src/new/inline.ts', mentions('./definition.js')],
    ['a type of definition.ts', 'libs/nodes/src/new/activity.ts', mentions('./definition.js')],
  ]);
});

describe('the entry points', () => {
  reported(IMPORTS, [
    ['activities', 'temporal/workflows/src/new.ts', takes('@tenon/nodes/activities')],
    ['definitions', 'temporal/workflows/src/new.ts', takes('@tenon/nodes/definitions')],
    ['definitions', 'temporal/activities/src/new.ts', takes('@tenon/nodes/definitions')],
    ['inline functions', 'apps/api/src/new.ts', takes('@tenon/nodes/inline')],
    ['a test kit', 'libs/compiler/src/new.ts', takes('@tenon/engine/testing')],
    ['a type of a test kit', 'libs/compiler/src/new.ts', mentions('@tenon/engine/testing')],
    ['a test kit', 'temporal/workflows/src/new.ts', takes('@tenon/engine/testing')],
    ['a test kit', 'temporal/activities/src/new.ts', takes('@tenon/ports/testing')],
    ['a test kit', 'apps/api/src/new.ts', takes('@tenon/database/testing')],
    ['a test kit', 'libs/nodes/src/new/activity.ts', takes('@tenon/ports/testing')],
    ['its own test kit', 'libs/engine/src/new.ts', takes('./testing/build-plan.js')],
    ['its own test kit', 'apps/api/src/run/new.ts', takes('../testing/api-bench.js')],
  ]);
  reported(SYNTAX, [
    ['a dynamic import of activities', 'temporal/workflows/src/new.ts', `void import('@tenon/nodes/activities');`],
    ['a dynamic import of definitions', 'temporal/activities/src/new.ts', `void import('@tenon/nodes/definitions');`],
    ['a dynamic import of activities', 'apps/api/src/new.ts', `void import('@tenon/nodes/activities');`],
    ['a dynamic import of a test kit', 'libs/compiler/src/new.ts', `void import('@tenon/engine/testing');`],
    ['a dynamic import of a test kit', 'apps/api/src/new.ts', `void import('@tenon/database/testing');`],
  ]);

  accepted([
    ['inline functions', 'temporal/workflows/src/new.ts', takes('@tenon/nodes/inline')],
    ['activities', 'temporal/activities/src/new.ts', takes('@tenon/nodes/activities')],
    ['inline functions', 'temporal/activities/src/new.ts', takes('@tenon/nodes/inline')],
    ['definitions', 'apps/api/src/new.ts', takes('@tenon/nodes/definitions')],
    ['a dynamic import of definitions', 'apps/api/src/new.ts', `void import('@tenon/nodes/definitions');`],
    ['a test kit', 'libs/compiler/src/new.spec.ts', takes('@tenon/engine/testing')],
    ['a test kit', 'libs/nodes/src/testing/new.ts', takes('@tenon/ports/testing')],
    ['a test kit', 'e2e/src/new.ts', takes('@tenon/platform/testing')],
  ]);
});

const PURE = [
  'libs/base/src/new.ts',
  'libs/jinja/src/values/new.ts',
  'libs/engine/src/new.ts',
  'libs/dsl/src/new.ts',
  'libs/compiler/src/new.ts',
  'libs/nodes/src/new/definition.ts',
  'libs/nodes/src/new/inline.ts',
  'libs/nodes/src/config/new.ts',
  'libs/nodes/src/run/new.ts',
  'temporal/contract/src/new.ts',
  'temporal/workflows/src/new.ts',
];

describe('time and chance', () => {
  describe.each(PURE)('in %s', (file) => {
    it('reports every clock', async () => {
      expect(await lint(file, 'export const at = Date.now();')).toContainEqual(expect.stringContaining(TIME));
      expect(await lint(file, 'export const at = new Date();')).toContainEqual(expect.stringContaining(TIME));
      expect(await lint(file, 'export const at = globalThis.Date.now();')).toContainEqual(
        expect.stringContaining(TIME),
      );
    });

    it('reports dice', async () => {
      expect(await lint(file, 'export const dice = Math.random();')).toContainEqual(expect.stringContaining(MACHINE));
    });
  });

  accepted([
    ['a clock', 'temporal/activities/src/new.ts', 'export const at = Date.now();'],
    ['a clock', 'libs/engine/src/new.spec.ts', 'export const at = Date.now();'],
    ['the larger of two', 'libs/engine/src/new.ts', 'export const two = Math.max(1, 2);'],
  ]);
});

describe('the environment', () => {
  const read = `export const home = process.env['HOME'];`;
  reported(MACHINE, [
    ['process.env', 'libs/engine/src/new.ts', read],
    ['process.env', 'libs/database/src/new.ts', read],
    ['process.env', 'libs/adapters/openai-compatible/src/new.ts', read],
    ['process.env', 'temporal/worker/src/new.ts', read],
    ['process.env', 'apps/api/src/new.ts', read],
    ['process.env', 'apps/launcher/src/new.ts', read],
    ['its parts', 'apps/code-runner/src/new.ts', 'export const { env } = process;'],
  ]);
  accepted([
    ['process.env', 'libs/platform/src/new.ts', read],
    ['process.env', 'apps/api/src/main.ts', read],
    ['process.env', 'temporal/worker/src/main.ts', read],
    ['process.env', 'libs/database/src/new.spec.ts', read],
  ]);
});

describe('the way out', () => {
  const places = [
    'libs/engine/src/new.ts',
    'libs/nodes/src/new/activity.ts',
    'libs/nodes/src/run/new.ts',
    'libs/database/src/new.ts',
    'temporal/activities/src/new.ts',
    'temporal/worker/src/new.ts',
    'temporal/workflows/src/new.ts',
    'apps/api/src/app/new.ts',
    'apps/api/src/model/model.service.ts',
    'apps/code-runner/src/new.ts',
  ];
  const ways = [
    `import 'node:https';`,
    `import 'http';`,
    `import 'node:net';`,
    `import 'node:dgram';`,
    `import 'node:dns/promises';`,
    `import 'undici';`,
    `import 'axios';`,
    `void import('node:http');`,
    `void import('undici');`,
    `void fetch('http://x');`,
    `void globalThis.fetch('http://x');`,
    `new WebSocket('ws://x');`,
    `new EventSource('http://x');`,
  ];

  it.each(places)('B38 is for adapters only: %s', async (file) => {
    for (const way of ways)
      expect([way, await lint(file, way)]).toEqual([
        way,
        expect.arrayContaining([expect.stringContaining('Connections are opened by libs/adapters')]),
      ]);
  });

  accepted([
    ['a client', 'libs/adapters/outbound-http/src/new.ts', takes('undici')],
    ['a type of a client', 'apps/api/src/new.ts', `export type { Server } from 'node:http';`],
    ['a call of our own process', 'apps/cli/src/api/client.ts', `void fetch('http://127.0.0.1');`],
    ['a client', 'apps/api/src/new.int.spec.ts', takes('node:http')],
  ]);
});

describe('SQL', () => {
  const ask = 'export const all = (sql: { rows(text: string): unknown }, text: string) => sql.rows(text);';
  const query = `export const all = (client: { query(text: string): unknown }) => client.query('select 1');`;
  reported(SYNTAX, [
    ['a statement', 'apps/api/src/health/new.ts', ask],
    ['a statement', 'temporal/activities/src/new.ts', ask],
    ['a statement', 'temporal/worker/src/new.ts', ask],
    ['a statement', 'bench/src/new.ts', ask],
    ['a statement', 'tools/new.ts', ask],
    ['a statement of the driver', 'temporal/worker/src/new.ts', query],
    ['a statement of the driver', 'libs/platform/src/new.ts', query],
  ]);
  reported(SYNTAX, [['an export of everything', 'libs/database/src/index.ts', `export * from './database.js';`]]);
  accepted([
    ['a statement', 'libs/database/src/new.ts', ask],
    ['a statement of the driver', 'libs/database/src/new.ts', query],
    ['a statement of the driver', 'libs/platform/src/servers/new.ts', query],
    ['a statement', 'apps/api/src/new.int.spec.ts', ask],
    ['a statement', 'temporal/worker/src/testing/new.ts', ask],
  ]);
});

describe('habits', () => {
  reported(SYNTAX, [
    ['an export of everything', 'libs/base/src/index.ts', `export * from './errors.js';`],
    ['an export of everything', 'libs/base/src/new.spec.ts', `export * from './errors.js';`],
    ['an export of everything', 'temporal/workflows/src/new.ts', `export * from './driver.js';`],
  ]);
  reported('no-console', [
    ['console', 'libs/database/src/new.ts', `console.log('x');`],
    ['console', 'apps/api/src/new.ts', `console.log('x');`],
    ['console', 'temporal/worker/src/new.ts', `console.log('x');`],
  ]);
  reported('max-lines', [['401 lines', 'libs/base/src/new.ts', 'export {};\n'.repeat(401)]]);
  accepted([
    ['console', 'tools/new.ts', `console.log('x');`],
    ['exports by name', 'libs/base/src/index.ts', `export { TenonError } from './errors.js';`],
    ['400 lines', 'libs/base/src/new.ts', 'export {};\n'.repeat(400)],
  ]);
});

describe('the compiler', () => {
  const files = new Map<string, ts.SourceFile | undefined>();

  /** The names that a text of this folder lacks, under the options of its tsconfig.json. */
  function missingNames(folder: string, code: string): string[] {
    const config = ts.getParsedCommandLineOfConfigFile(path.join(root, folder, 'tsconfig.json'), {}, {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
      },
    } satisfies ts.ParseConfigFileHost);
    const options = { ...config?.options, noEmit: true };
    const file = path.join(root, folder, 'src/new.ts');
    const host = ts.createCompilerHost(options);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...rest) => {
      if (name === file) return ts.createSourceFile(name, code, ts.ScriptTarget.ES2023);
      if (!files.has(name)) files.set(name, read(name, ...rest));
      return files.get(name);
    };
    const program = ts.createProgram([file], options, host);
    const messages = program.getSemanticDiagnostics(program.getSourceFile(file));
    return messages.map(({ messageText }) => /'(.+?)'/.exec(ts.flattenDiagnosticMessageText(messageText, '\n'))![1]!);
  }

  it.each([
    'libs/base',
    'libs/jinja',
    'libs/engine',
    'libs/dsl',
    'libs/compiler',
    'libs/nodes',
    'temporal/contract',
    'temporal/workflows',
  ])('gives %s no way to the machine', (folder) => {
    const code = `import 'node:fs';\nexport const all = [fetch, process, setTimeout, console, Buffer, window, Map];`;
    expect(missingNames(folder, code).sort()).toEqual(
      ['Buffer', 'console', 'fetch', 'node:fs', 'process', 'setTimeout', 'window'].sort(),
    );
  });
});

describe('the one door of the log', () => {
  const writes = (stream: string) => `process.${stream}.write('a line');`;
  reported('no-console', [
    ['console', 'apps/api/src/new.ts', `console.log('a line');`],
    ['console', 'apps/code-runner/src/main.ts', `console.error('a line');`],
    ['console', 'apps/launcher/src/new.ts', `console.warn('a line');`],
    ['console', 'libs/platform/src/new.ts', `console.log('a line');`],
    ['console', 'temporal/worker/src/new.ts', `console.log('a line');`],
  ]);
  reported(MACHINE, [
    ['the standard output', 'apps/api/src/new.ts', writes('stdout')],
    ['the standard error', 'apps/api/src/main.ts', writes('stderr')],
    ['the standard error', 'temporal/worker/src/main.ts', writes('stderr')],
    ['the standard output', 'temporal/activities/src/new.ts', writes('stdout')],
    ['the standard output', 'apps/code-runner/src/new.ts', writes('stdout')],
    ['the standard output', 'apps/local-models/src/new.ts', writes('stdout')],
    ['the standard error', 'apps/launcher/src/new.ts', writes('stderr')],
    ['the standard error', 'libs/adapters/openai-compatible/src/new.ts', writes('stderr')],
    ['the standard output', 'libs/platform/src/new.ts', writes('stdout')],
    ['the standard output', 'libs/engine/src/new.ts', writes('stdout')],
  ]);
  accepted([['the standard output', 'libs/platform/src/logger.ts', writes('stdout')]]);
});
