import type { JsonObject } from '@tenon/base';
import { hasGraph, parseDefinition, type Definition } from '@tenon/dsl';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const MANIFEST = 'templates.json';
/** The language of whoever reads another one than ours. */
const OTHERWISE = 'en';

/** What a template is for. */
export type TemplateCategory = 'chat' | 'text' | 'data';
/** What has to be there for a template to run. */
export type TemplateNeed = 'model' | 'code' | 'web';

type InLanguages<Value> = Readonly<Record<string, Value>>;

/** Something to try a template with: the message of a chatflow, and values of the start form. */
interface FirstRun {
  readonly query?: string;
  readonly inputs?: JsonObject;
}

/** A line of the manifest: an app file, and what people are told of it. */
interface Entry {
  readonly id: string;
  readonly file: string;
  readonly category: TemplateCategory;
  readonly title: InLanguages<string>;
  readonly summary: InLanguages<string>;
  readonly first: InLanguages<FirstRun>;
}

interface Shelved extends Entry {
  readonly content: string;
  readonly definition: Definition;
}

/** An app file that a team may begin with, in the words of one language. */
export interface TemplateRecord {
  readonly id: string;
  readonly category: TemplateCategory;
  readonly title: string;
  readonly summary: string;
  readonly content: string;
  readonly definition: Definition;
  readonly needs: readonly TemplateNeed[];
  readonly query: string | null;
  readonly inputs: JsonObject;
}

const NEEDS: Readonly<Record<string, TemplateNeed>> = {
  llm: 'model',
  'question-classifier': 'model',
  code: 'code',
  'http-request': 'web',
};

/** The templates that come with Tenon: app files, and a manifest with words for people. */
export class TemplateShelf {
  private shelved: Promise<readonly Shelved[]> | undefined;

  constructor(private readonly folder: string) {}

  /** All of them, in the order of the manifest. Files are read once. */
  async list(language: string): Promise<TemplateRecord[]> {
    this.shelved ??= readAll(this.folder).catch((error: unknown) => {
      this.shelved = undefined;
      throw error;
    });
    return (await this.shelved).map((template) => inLanguage(template, language));
  }
}

async function readAll(folder: string): Promise<Shelved[]> {
  const entries = JSON.parse(await readFile(path.join(folder, MANIFEST), 'utf8')) as Entry[];
  return Promise.all(
    entries.map(async (entry) => {
      const content = await readFile(path.join(folder, entry.file), 'utf8');
      const parsed = parseDefinition(content);
      if (!parsed.ok) throw new Error(`The template ${entry.file} cannot be read: ${parsed.issues[0]?.message}`);
      return { ...entry, content, definition: parsed.definition };
    }),
  );
}

function inLanguage(template: Shelved, language: string): TemplateRecord {
  const { id, category, content, definition } = template;
  const said = <Value>(texts: InLanguages<Value>) => (texts[language] ?? texts[OTHERWISE]) as Value;
  const { query, inputs } = said(template.first);
  return {
    ...{ id, category, content, definition },
    title: said(template.title),
    summary: said(template.summary),
    needs: needsOf(definition),
    query: query ?? null,
    inputs: inputs ?? {},
  };
}

function needsOf(definition: Definition): TemplateNeed[] {
  const nodes = hasGraph(definition) ? definition.workflow.graph.nodes : [];
  const needs = nodes.flatMap(({ data }) => NEEDS[data.type] ?? []);
  return [...new Set(needs)];
}
