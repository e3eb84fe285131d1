import type { Json, JsonObject } from '@tenon/base';
import { createFakeChatModel, createFakeModelDirectory } from '@tenon/ports/testing';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeDefinitions } from './catalog/definitions.js';
import { runApp } from './testing/run-app.js';

/** An app with the node type in it, what it is given, what the world answers, and what it gives. */
interface Example {
  readonly app: JsonObject;
  readonly inputs?: JsonObject;
  readonly query?: string;
  readonly modelReply?: string;
  readonly codeReturns?: Json;
  readonly httpReply?: { readonly status: number; readonly headers: Record<string, string>; readonly body: string };
  readonly outputs: JsonObject;
}

function portsOf({ modelReply, codeReturns, httpReply }: Example) {
  const model = createFakeChatModel({ answer: () => ({ text: modelReply ?? '' }) });
  return {
    models: createFakeModelDirectory(modelReply === undefined ? [] : [model]),
    ...(codeReturns !== undefined && {
      code: {
        run: async () => ({ result: JSON.stringify(codeReturns), printed: '', durationMs: 1 }),
        describe: async () => ({}),
      },
    }),
    ...(httpReply && {
      http: {
        request: async ({ url }: { url: string }) => ({
          ...httpReply,
          url,
          body: new TextEncoder().encode(httpReply.body),
        }),
      },
    }),
  };
}

describe('the example of a node type', () => {
  it.each(nodeDefinitions.map(({ type }) => type))('%s gives what it says', async (type) => {
    const example = JSON.parse(readFileSync(join(__dirname, type, 'example.json'), 'utf8')) as Example;
    const { inputs, query } = example;
    const run = await runApp(JSON.stringify(example.app), {
      ports: portsOf(example),
      ...(inputs && { inputs }),
      ...(query !== undefined && { query }),
    });
    expect(run.outcome).toMatchObject({ outputs: example.outputs });
    expect(run.outcome?.failure).toBeUndefined();
  });

  it.each(nodeDefinitions.map(({ type }) => type))('%s shows that type, and its folder explains it', (type) => {
    const { app } = JSON.parse(readFileSync(join(__dirname, type, 'example.json'), 'utf8')) as Example;
    expect(JSON.stringify(app)).toContain(`"type":"${type}"`);
    expect(readdirSync(join(__dirname, type))).toContain('README.md');
    expect(readFileSync(join(__dirname, type, 'README.md'), 'utf8')).toMatch(new RegExp(`^# ${type}\\n`));
  });
});
