import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import angular from 'angular-eslint';
import prettier from 'eslint-config-prettier';
import regexp from 'eslint-plugin-regexp';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Who may import whom (docs/architecture.md §4). What is not listed is forbidden. */
const layers = {
  base: ['base'],
  engine: ['base'],
  ports: ['base'],
  core: ['base', 'engine', 'ports', 'core'],
  nodes: ['base', 'engine', 'ports', 'core'],
  adapter: ['base', 'ports'],
  data: ['base', 'engine', 'ports'],
  platform: ['base', 'ports'],
  contract: ['base', 'engine'],
  workflow: ['base', 'engine', 'nodes', 'contract'],
  activity: ['base', 'engine', 'ports', 'core', 'nodes', 'data', 'contract'],
  worker: [
    'base',
    'engine',
    'ports',
    'core',
    'nodes',
    'adapter',
    'data',
    'platform',
    'contract',
    'workflow',
    'activity',
  ],
  process: ['base', 'platform'],
  backup: ['base', 'ports', 'adapter', 'data', 'platform'],
  api: ['base', 'engine', 'ports', 'core', 'nodes', 'adapter', 'data', 'platform', 'contract'],
  web: ['base', 'web'],
  console: ['base', 'engine', 'core', 'nodes', 'web'],
  tools: ['base', 'engine', 'ports', 'core', 'nodes', 'data', 'platform'],
};
const depConstraints = Object.entries(layers).map(([layer, may]) => ({
  sourceTag: `layer:${layer}`,
  onlyDependOnLibsWithTags: may.map((name) => `layer:${name}`),
}));

/** What opens connections. Only adapters may, so that every address that a flow or a person names is checked. */
const CLIENTS = '^(node:)?(https?|http2|net|tls|dgram|dns(/promises)?)$|^(undici|axios|got|ky|node-fetch)(/|$)';
const noClients = {
  'no-restricted-imports': [
    'error',
    { patterns: [{ regex: CLIENTS, allowTypeImports: true, message: 'Connections are opened by libs/adapters.' }] },
  ],
  'no-restricted-globals': ['error', { globals: connecting(), checkGlobalObject: true }],
};
function connecting() {
  return ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'].map((name) => ({
    name,
    message: 'Connections are opened by libs/adapters.',
  }));
}
/** They serve, or speak with processes of ours and with addresses that nobody can choose. */
const speakers = [
  'libs/adapters/**',
  'libs/platform/src/{setting.ts,servers/**}',
  'apps/api/src/model/local-model.client.ts',
  'apps/cli/src/api/client.ts',
  'apps/code-runner/src/http-server.ts',
  'apps/launcher/src/{local-model,probe}.ts',
  'apps/local-models/src/{hub-source,server}.ts',
];

/** A browser's clock may be wrong. */
const clocks = [
  'MemberExpression[object.name="Date"][property.name="now"]',
  ':matches(NewExpression, CallExpression)[callee.name="Date"][arguments.length=0]',
].map((selector) => ({ selector, message: 'Clock of apps/console/src/app/language/clock.ts tells the time.' }));

/** Globals of a browser that fail where a person has forbidden them. */
const storages = ['localStorage', 'sessionStorage'].map((name) => ({
  name,
  message: 'It may throw: use the stores of apps/console/src/app/api/stores.ts.',
}));

const testKits = { regex: '^(@tenon/[^/]+|\\.{1,2}(/[^/]+)*)/testing(/|$)', message: 'Test kits are for spec files.' };

const exportAll = { selector: 'ExportAllDeclaration', message: 'Export by name.' };

const sql = { selector: 'CallExpression[callee.property.name=/^(rows|query)$/]', message: 'SQL is for libs/database.' };

/** What holds in every file, and more: a later `no-restricted-syntax` replaces an earlier one, it does not add to it. */
const bannedSyntax = (...more) => [
  'error',
  exportAll,
  sql,
  // `no-restricted-imports` does not see import()
  { selector: 'ImportExpression[source.value=/\\u002ftesting(\\u002f|$)/]', message: testKits.message },
  {
    selector: `ImportExpression[source.value=/${CLIENTS.replaceAll('/', '\\u002f')}/]`,
    message: 'Connections are opened by libs/adapters.',
  },
  ...more,
];

/** `allow` and `types` are regular expressions without anchors; `types` may be imported as types only. */
const fileFence = (file, allow, types = []) => ({
  files: [`libs/nodes/src/*/${file}.ts`],
  ignores: ['libs/nodes/src/catalog/**'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          { regex: `^(?!(${[...allow, ...types].join('|')})$)`, message: `Not in ${file}.ts.` },
          ...(types.length
            ? [{ regex: `^(${types.join('|')})$`, allowTypeImports: true, message: 'Types only.' }]
            : []),
        ],
      },
    ],
    'no-restricted-syntax': bannedSyntax({
      selector: 'ImportExpression',
      message: 'No dynamic import in a node file.',
    }),
  },
});
const entryFence = (files, entries) => {
  const others = `^@tenon/nodes(?!/(${entries.join('|')})$)`;
  const message = `Only ${entries.join(', ')}.`;
  return {
    files,
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ regex: others, message }, testKits] }],
      'no-restricted-syntax': bannedSyntax({
        selector: `ImportExpression[source.value=/${others.replaceAll('/', '\\u002f')}/]`,
        message,
      }),
    },
  };
};

const environment = {
  object: 'process',
  property: 'env',
  message: 'Settings come from loadConfig() of @tenon/platform.',
};

/** What a process says goes through the logger, which takes secrets out; the terminal of a person is handed on by `main.ts`. */
const outputs = ['stdout', 'stderr'].map((property) => ({
  object: 'process',
  property,
  message: 'Lines go out through createLogger() of @tenon/platform.',
}));

/** Code that may not know the time, chance or the machine: those arrive inside messages. */
const pure = [
  'libs/{base,jinja,engine,dsl,compiler}/src/**/*.ts',
  'libs/nodes/src/*/{definition,inline}.ts',
  'libs/nodes/src/{config,run}/*.ts',
  'temporal/{contract,workflows}/src/**/*.ts',
];

export default defineConfig(
  {
    ignores: [
      '**/dist',
      '**/.nx',
      '**/.angular',
      '**/*.generated.ts',
      '**/coverage',
      'tmp',
      '**/*.cjs',
      '.tenon',
      'libs/nodes/src/catalog',
    ],
  },
  js.configs.recommended,
  tseslint.configs.recommended,
  { files: ['**/*.mjs'], languageOptions: { globals: globals.node } },
  { files: ['apps/console/public/**/*.js'], languageOptions: { globals: globals.browser } },
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints }],
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [testKits] }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': bannedSyntax(),
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
    },
  },
  {
    // texts come from anybody, and a pattern that takes time with the square of their length stops a process
    files: ['{libs,temporal,apps}/**/*.{ts,mjs}'],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    // libs/platform makes the database that libs/database speaks to
    files: ['libs/database/**/*.ts', 'libs/platform/src/servers/**/*.ts'],
    rules: { 'no-restricted-syntax': bannedSyntax().filter((banned) => banned !== sql) },
  },
  {
    files: ['{libs,temporal,apps}/**/*.ts'],
    // a process hands its environment to loadConfig; the command line also to the launcher that it starts
    ignores: ['libs/platform/**', '{apps/*,temporal/worker}/src/main.ts', 'apps/cli/src/instance/own-instance.ts'],
    rules: { 'no-restricted-properties': ['error', environment, ...outputs] },
  },
  {
    files: ['libs/platform/**/*.ts', '{apps/{api,code-runner},temporal/worker}/src/main.ts'],
    // the one door, and what a process says before it has one
    ignores: ['libs/platform/src/{logger,lifecycle}.ts'],
    rules: { 'no-restricted-properties': ['error', ...outputs] },
  },
  { files: ['{libs,temporal,apps}/**/*.ts'], ignores: speakers, rules: noClients },
  {
    files: pure,
    rules: {
      'no-restricted-globals': [
        'error',
        {
          globals: [{ name: 'Date', message: 'Time arrives inside messages.' }, ...connecting()],
          checkGlobalObject: true,
        },
      ],
      'no-restricted-properties': [
        'error',
        environment,
        ...outputs,
        { object: 'Math', property: 'random', message: 'Chance arrives inside messages.' },
      ],
    },
  },
  {
    files: ['apps/console/src/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', { globals: [...connecting(), ...storages], checkGlobalObject: true }] },
  },
  entryFence(['temporal/workflows/**/*.ts'], ['inline']),
  entryFence(['temporal/activities/**/*.ts'], ['activities', 'inline']),
  entryFence(['apps/{api,console}/**/*.ts'], ['definitions']),
  {
    files: ['{apps/console,libs/{ui,graph-canvas}}/**/*.ts'],
    extends: [angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
    rules: {
      '@angular-eslint/component-selector': ['error', { type: 'element', prefix: 'tn', style: 'kebab-case' }],
      'no-restricted-syntax': bannedSyntax(...clocks).filter((banned) => banned !== sql), // no database, and `query` is GraphQL's
    },
  },
  {
    files: ['apps/console/src/app/language/clock.ts'], // the one that knows
    rules: { 'no-restricted-syntax': bannedSyntax().filter((banned) => banned !== sql) },
  },
  {
    files: ['{apps/console,libs/{ui,graph-canvas}}/**/*.html'],
    extends: [angular.configs.templateRecommended, angular.configs.templateAccessibility],
  },
  // its control is what it is given as content
  { files: ['libs/ui/src/field.ts/**'], rules: { '@angular-eslint/template/label-has-associated-control': 'off' } },
  fileFence('definition', ['@tenon/(base|dsl|engine|compiler)', 'zod', '\\.\\./config/[a-z-]+\\.js']),
  fileFence('inline', ['@tenon/(base|engine|jinja)', '\\.\\./run/[a-z-]+\\.js'], ['\\./definition\\.js']),
  fileFence(
    'activity',
    ['@tenon/(base|engine|ports|jinja)', 'jsonrepair', 'lossless-json', '\\.\\./run/[a-z-]+\\.js', '\\./[a-z-]+\\.js'],
    ['\\./definition\\.js'],
  ),
  {
    files: ['**/*.spec.ts', '**/testing/**/*.ts', 'e2e/**/*.ts', 'bench/faults/**/*.ts', 'bench/src/console/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', exportAll],
      '@nx/enforce-module-boundaries': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-globals': 'off',
      'no-restricted-imports': 'off',
    },
  },
  {
    files: ['bench/**', 'tools/**'],
    rules: { 'no-console': 'off' },
  },
  prettier,
);
