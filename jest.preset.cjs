const { createCjsPreset } = require('jest-preset-angular/presets');
const path = require('node:path');
const root = __dirname;

/** Jest options of every Node project: sources become CommonJS through swc, packages load as they are. */
const node = () => ({
  testEnvironment: 'node',
  testMatch: ['<rootDir>/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  roots: ['<rootDir>', path.join(root, 'libs'), path.join(root, 'temporal')],
  resolver: path.join(root, 'tools/test/jest-resolver.cjs'),
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  reporters: ['default', path.join(root, 'tools/test/results-reporter.cjs')],
  setupFilesAfterEnv: [path.join(root, 'tools/test/prototype-canary.cjs')],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          keepClassNames: true,
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      },
    ],
  },
});

/** Jest options of every project that runs in a browser: Angular's compiler, in a document of jsdom. */
const angular = () => ({
  ...node(),
  ...createCjsPreset({ tsconfig: '<rootDir>/tsconfig.spec.json' }),
  transformIgnorePatterns: ['/node_modules/'], // packages are loaded as they are
  setupFilesAfterEnv: [path.join(root, 'tools/test/angular-test-bed.cjs')],
});

module.exports = { angular, node };
