import type { Json, JsonObject } from '@tenon/base';
import { compile } from '@tenon/compiler';
import { parseDefinition } from '@tenon/dsl';
import { describePublicAppFiles, publicAppFiles } from '@tenon/dsl/testing';
import type { InputField, Plan } from '@tenon/engine';
import { buildFile } from '@tenon/engine/testing';
import { createFakeChatModel, createFakeModelDirectory } from '@tenon/ports/testing';
import { nodeDefinitions } from './catalog/definitions.js';
import { runApp } from './testing/run-app.js';

const compiled = publicAppFiles().map(({ name, text }) => {
  const parsed = parseDefinition(text);
  const result = parsed.ok ? compile(parsed.definition, nodeDefinitions) : parsed;
  const errors = result.issues.filter(({ severity }) => severity === 'error');
  return { name, text, errors, plan: 'plan' in result ? result.plan : undefined };
});

describePublicAppFiles('public app files', () => {
  it('22 of them compile without errors, and the other 24 say what is missing', () => {
    const table = compiled.map(({ name, errors }) => {
      const words = errors.map(({ code, message }) => `${code} ${message}`);
      return `${name}: ${words.join(' | ') || 'compiles'}`;
    });
    const failing = compiled.filter(({ errors }) => errors.length > 0);
    const isMissingType = ({ code, message }: { code: string; message: string }) =>
      code === 'node.unknownType' && /of the type "[\w-]+" are not available/.test(message);
    // conditions on files are missing too, in a file that misses node types as well
    const others = failing.flatMap(({ errors }) =>
      errors.filter((error) => !isMissingType(error) && error.code !== 'node.fileCondition'),
    );
    const unexplained = failing.filter(({ errors }) => !errors.some(isMissingType));
    expect({
      compiling: compiled.length - failing.length,
      failing: failing.length,
      others,
      unexplained,
      table,
    }).toEqual({
      compiling: 22,
      failing: 24,
      others: [],
      unexplained: [],
      table,
    });
  });

  const runnable = compiled.flatMap(({ plan, ...file }) => (plan ? [{ ...file, plan }] : []));

  it.each(runnable)('$name comes to an end that somebody can understand', async ({ text, plan }) => {
    const model = createFakeChatModel({
      answer: ({ replySchema }) => ({ text: replySchema ? '{"category_id": "2", "category_name": "x"}' : 'a reply' }),
    });
    const { outcome } = await runApp(text, {
      inputs: Object.fromEntries(plan.inputs.map((field) => [field.name, inputFor(field)])),
      query: 'hello',
      system: { dialogue_count: 1, user_id: 'u', files: [] },
      ports: {
        models: createFakeModelDirectory([], model),
        http: {
          request: async ({ url }) => ({ status: 200, headers: {}, body: new TextEncoder().encode('{}'), url }),
        },
        code: {
          run: async ({ code }) => ({ result: JSON.stringify(resultOf(plan, code)), printed: '', durationMs: 1 }),
          describe: async () => ({}),
        },
      },
    });
    const knowledge = plan.steps.some(({ type }) => type === 'knowledge-retrieval');
    if (outcome?.status !== 'failed') return expect(outcome?.status).toMatch(/succeeded/i);
    expect([knowledge, outcome.failure?.code]).toEqual([true, 'knowledge.missing']);
  });
});

function inputFor({ type, options, maxLength }: InputField): Json {
  if (type === 'select') return options[0] ?? '';
  if (type === 'number') return 1;
  if (type === 'file') return buildFile();
  if (type === 'file-list') return [buildFile()];
  return 'hello'.slice(0, maxLength ?? undefined);
}

/** Something of the right types for whatever the code with this source has to return. */
function resultOf(plan: Plan, source: string): JsonObject {
  const values: Record<string, Json> = { string: '', number: 1, boolean: true, object: {} };
  const step = plan.steps.find(({ instruction }) => (instruction.config as JsonObject)['code'] === source);
  return Object.fromEntries(Object.entries(step?.outputs ?? {}).map(([name, type]) => [name, values[type] ?? []]));
}
