import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ask, follow, readRun, startRun } from './client.js';
import { startStack, type Stack } from './stack.js';

/*
 * Public app files, as people have them: each is taken in, says what it lacks, and runs to an end where this build has
 * all its node types. The files are not part of the project; where they are absent the suite is skipped.
 */

const FOLDER = path.resolve(import.meta.dirname, '../../../shared/dsl-corpus');
const files = existsSync(FOLDER)
  ? readdirSync(FOLDER)
      .filter((name) => name.endsWith('.yml'))
      .sort()
  : [];
const suite = files.length > 0 ? describe : describe.skip;
const ENDED = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'STOPPED'];

interface Imported {
  readonly id: string;
  readonly mode: string;
  readonly errors: readonly { code: string; message: string }[];
  readonly fields: readonly Field[];
}

interface Field {
  readonly variable: string;
  readonly type: string;
  readonly required?: boolean;
  readonly options?: readonly string[];
  readonly max_length?: number | null;
}

suite('public app files (skipped where ../shared/dsl-corpus is absent)', () => {
  let stack: Stack;
  const apps = new Map<string, Imported>();
  beforeAll(async () => {
    stack = await startStack();
    await stack.model.setRules([
      { when: {}, reply: { text: '{"keywords": [], "category_id": "1", "category_name": "x"}' } },
    ]);
    for (const file of files) apps.set(file, await importFile(stack, readFileSync(path.join(FOLDER, file), 'utf8')));
  }, 180_000);
  afterAll(() => stack?.close());

  it('are all taken in; 22 compile without errors, the others name what is missing', () => {
    const broken = [...apps].filter(([, { errors }]) => errors.length > 0);
    const nameless = broken.filter(
      ([, { errors }]) => !errors.some(({ code, message }) => code === 'node.unknownType' && message.includes('"')),
    );
    const modes = broken.filter(([, { errors }]) => errors.some(({ code }) => code === 'app.modeNotSupported'));
    const unexplained = nameless.filter(([file]) => !modes.some(([other]) => other === file));
    expect(unexplained.map(([file, { errors }]) => [file, errors[0]])).toEqual([]);
    expect([apps.size, apps.size - broken.length]).toEqual([46, 22]);
  });

  it('that use only these node types reach an end', async () => {
    const ends: [string, string, string][] = [];
    for (const [file, app] of apps) {
      if (app.errors.length > 0) continue;
      const input = { appId: app.id, useDraft: true, query: 'Hello', inputs: await fillIn(stack, app.fields) };
      const runId = await startRun(stack, input);
      await follow(stack, runId);
      const run = await readRun(stack, runId);
      const failed = run.steps.find(({ status }) => status === 'FAILED');
      ends.push([file, run.status, failed ? `${failed.key}: ${failed.failure?.type}: ${failed.failure?.message}` : '']);
    }
    // a failed run names the step that failed, and why
    const silent = ends.filter(([, status, why]) => !ENDED.includes(status) || (status === 'FAILED' && why === ''));
    expect(silent).toEqual([]);
    expect(ends.length).toBeGreaterThanOrEqual(18);
  }, 300_000);
});

async function importFile(stack: Stack, content: string): Promise<Imported> {
  const { importApp } = await ask<{ importApp: { app: { id: string } | null; issues: object[] } }>(
    stack,
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } issues { code message } } }',
    { input: { content } },
  );
  if (!importApp.app) throw new Error(JSON.stringify(importApp.issues));
  const { app } = await ask<{
    app: {
      id: string;
      mode: string;
      issues: { severity: string; code: string; message: string }[];
      draft: { definition: Definition };
    };
  }>(stack, 'query ($id: ID!) { app(id: $id) { id mode issues { severity code message } draft { definition } } }', {
    id: importApp.app.id,
  });
  const start = app.draft.definition.workflow?.graph.nodes.find(({ data }) => data.type === 'start');
  return {
    id: app.id,
    mode: app.mode,
    errors: app.issues.filter(({ severity }) => severity === 'ERROR'),
    fields: start?.data.variables ?? [],
  };
}

interface Definition {
  readonly workflow?: {
    readonly graph: { readonly nodes: readonly { data: { type: string; variables?: Field[] } }[] };
  };
}

/** A value for every field of a start form. */
async function fillIn(stack: Stack, fields: readonly Field[]): Promise<Record<string, unknown>> {
  const entries = await Promise.all(
    fields.map(async (field) => [field.variable, await valueFor(stack, field)] as const),
  );
  return Object.fromEntries(entries);
}

async function valueFor(stack: Stack, { type, options, max_length: max }: Field): Promise<unknown> {
  if (type === 'select') return options?.[0];
  if (type === 'number') return 1;
  if (type === 'checkbox') return true;
  if (type === 'json_object') return {};
  if (type === 'file') return upload(stack);
  if (type === 'file-list') return [await upload(stack)];
  return 'Hello'.slice(0, max ?? undefined);
}

async function upload(stack: Stack): Promise<object> {
  const form = new FormData();
  form.set('file', new Blob(['name,value\na,1\n']), 'data.csv');
  const headers = { authorization: `Bearer ${stack.token}` };
  const response = await fetch(`${stack.url}/api/files`, { method: 'POST', headers, body: form });
  if (response.status !== 201) throw new Error(await response.text());
  const { id } = (await response.json()) as { id: string };
  return { type: 'document', transfer_method: 'local_file', upload_file_id: id };
}
