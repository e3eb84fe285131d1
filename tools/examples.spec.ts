import { compile } from '@tenon/compiler';
import { parseDefinition, printDefinition } from '@tenon/dsl';
import { coerceInputs } from '@tenon/engine';
import { nodeDefinitions } from '@tenon/nodes/definitions';
import type { JsonObject } from '@tenon/base';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Entry {
  readonly id: string;
  readonly file: string;
  readonly title: Readonly<Record<string, string>>;
  readonly summary: Readonly<Record<string, string>>;
  readonly first: Readonly<Record<string, { readonly query?: string; readonly inputs?: JsonObject }>>;
}

const LANGUAGES = ['en', 'zh-Hans'];

const folder = path.resolve(__dirname, '../examples');
const appFiles = (place: string) => readdirSync(path.join(folder, place)).filter((name) => name.endsWith('.yml'));
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
const examples = [...appFiles('.'), ...appFiles('templates').map((name) => `templates/${name}`)];
const templates = JSON.parse(read('templates.json')) as readonly Entry[];

function parse(text: string) {
  const parsed = parseDefinition(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed;
}

function planOf(file: string) {
  const compiled = compile(parse(read(file)).definition, nodeDefinitions);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues));
  return compiled.plan;
}

describe('the examples', () => {
  it('are three that a new team is given, and more that it can choose', () => {
    expect(appFiles('.').sort()).toEqual(['chatbot.yml', 'content-moderation.yml', 'translate-and-review.yml']);
    expect(templates.map(({ file }) => file).sort()).toEqual(examples.toSorted());
  });

  it.each(examples)('%s is read and compiled without any remark', (name) => {
    const { definition, issues } = parse(read(name));
    const compiled = compile(definition, nodeDefinitions);
    expect([...issues, ...compiled.issues]).toEqual([]);
    expect(compiled.ok).toBe(true);
  });

  it.each(examples)('%s means the same after it was printed', (name) => {
    const { definition } = parse(read(name));
    expect(parse(printDefinition(definition, { secrets: 'keep' })).definition).toEqual(definition);
  });
});

describe('the templates', () => {
  it('have an id of their own, which is the name of their file', () => {
    expect(templates.map(({ id }) => id)).toEqual(templates.map(({ file }) => path.basename(file, '.yml')));
  });

  it.each(templates.map((template) => [template.id, template] as const))(
    '%s says in every language what it does, and what it can be asked',
    (_id, { file, title, summary, first }) => {
      for (const texts of [title, summary, first]) expect(Object.keys(texts)).toEqual(LANGUAGES);
      const plan = planOf(file);
      for (const language of LANGUAGES) {
        const { query, inputs = {} } = first[language] ?? {};
        expect(coerceInputs(plan.inputs, inputs)).toMatchObject({ ok: true });
        expect(Object.keys(inputs).filter((name) => !plan.inputs.some((field) => field.name === name))).toEqual([]);
        expect(query !== undefined).toBe(parse(read(file)).definition.app.mode === 'advanced-chat');
      }
    },
  );
});
