import { compile } from '@tenon/compiler';
import { parseDefinition } from '@tenon/dsl';
import { describePublicAppFiles, publicAppFiles } from '@tenon/dsl/testing';
import { nodeDefinitions } from './catalog/definitions.js';

describePublicAppFiles('public app files', () => {
  const rows = () =>
    publicAppFiles().map(({ name, text }) => {
      const parsed = parseDefinition(text);
      const issues = parsed.ok ? compile(parsed.definition, nodeDefinitions).issues : parsed.issues;
      return { name, errors: issues.filter(({ severity }) => severity === 'error') };
    });

  it('compiles 22 of them without errors and says of the other 24 what is missing', () => {
    const files = rows();
    const table = files.map(
      ({ name, errors }) =>
        `${name}: ${errors.map(({ code, message }) => `${code} ${message}`).join(' | ') || 'compiles'}`,
    );
    const failing = files.filter(({ errors }) => errors.length > 0);
    const counts = {
      compiling: files.length - failing.length,
      failing: failing.length,
      // what else can be missing are conditions on files, in a file that misses node types as well
      unexplained: failing
        .flatMap(({ errors }) => errors.filter(({ code }) => code !== 'node.fileCondition'))
        .filter(
          ({ code, message }) => code !== 'node.unknownType' || !/of the type "[\w-]+" are not available/.test(message),
        ),
      withoutMissingType: failing.filter(({ errors }) => !errors.some(({ code }) => code === 'node.unknownType')),
    };
    expect({ ...counts, table }).toEqual({
      compiling: 22,
      failing: 24,
      unexplained: [],
      withoutMissingType: [],
      table,
    });
  });
});
