import type { Json } from '@tenon/base';
import { compile, type CompileIssue } from '@tenon/compiler';
import type { AppFields } from '@tenon/database';
import {
  definitionFrom,
  hasGraph,
  listNamedModels,
  parseDefinition,
  printDefinition,
  replaceModels,
  type Definition,
  type DefinitionVariable,
  type Issue,
} from '@tenon/dsl';
import { isSecret, secretOf, toText } from '@tenon/engine';
import { nodeDefinitions } from '@tenon/nodes/definitions';
import { normaliseProvider, type ModelName } from '@tenon/ports';
import { randomUUID } from 'node:crypto';

/** What there is to say about a definition. */
export type Issues = readonly (Issue | CompileIssue)[];

/** What to read: the text of an app file, or the document that somebody edits. */
export interface DefinitionSource {
  readonly content: { readonly text: string } | { readonly document: Json };
  /** Another name for the app than the definition gives. */
  readonly name?: string;
  /** What stands in the place of models that it names. */
  readonly models?: readonly ModelChoice[];
}

/** A model that a definition names, in any spelling of its provider, and the one to use in its place. */
export interface ModelChoice {
  readonly named: ModelName;
  readonly use: ModelName;
}

/** A model that a definition names, by the bare id of its provider, and the nodes that ask it. */
export interface ModelNeed extends ModelName {
  readonly nodeIds: readonly string[];
}

/** A value that may not be stored readable, and what stands for it in the text of the definition. */
export interface HiddenSecret {
  readonly placeholder: string;
  readonly value: string;
}

/** A definition that was read and compiled. Secrets are taken out of its text. */
export interface ReadDefinition {
  readonly ok: true;
  /** JSON text. */
  readonly definition: string;
  readonly secrets: readonly HiddenSecret[];
  readonly fields: AppFields;
  /** What the file says it is; `0.1.0` where it says nothing. */
  readonly fileVersion: string;
  readonly models: readonly ModelNeed[];
  /** Warnings of reading it. */
  readonly issues: Issues;
  /** What keeps it from being run, and warnings of compiling it. */
  readonly compileIssues: Issues;
}

/** A plan as JSON text with its name, or what keeps the definition from being run. */
export type CompiledText =
  | { readonly ok: true; readonly plan: string; readonly hash: string; readonly issues: Issues }
  | { readonly ok: false; readonly issues: Issues };

// Each exported function is performed by name, in a thread or in place: see definition-threads.ts. What goes in and out
// is copied between threads, and a text is copied fastest.

/** Reads a definition and compiles it as it will be stored, or says why it cannot be read. */
export function readDefinition({
  content,
  name,
  models = [],
}: DefinitionSource): ReadDefinition | { readonly ok: false; readonly issues: Issues } {
  const parsed = 'text' in content ? parseDefinition(content.text) : definitionFrom(content.document);
  if (!parsed.ok) return { ok: false, issues: parsed.issues };
  const given = withModels(parsed.definition, models);
  const { definition, secrets } = hideSecrets(name ? withName(given, name) : given);
  return {
    ok: true,
    definition: JSON.stringify(definition),
    secrets,
    fields: fieldsOf(definition),
    fileVersion: parsed.fileVersion,
    models: modelsOf(definition),
    issues: parsed.issues,
    compileIssues: compile(definition, nodeDefinitions).issues,
  };
}

/** Compiles the JSON text of a definition. */
export function compileDefinition(text: string): CompiledText {
  const compiled = compile(JSON.parse(text) as Definition, nodeDefinitions);
  return compiled.ok ? { ...compiled, plan: JSON.stringify(compiled.plan) } : compiled;
}

/** The app file of a definition's JSON text, without secrets. */
export function exportDefinition(text: string): string {
  return printDefinition(JSON.parse(text) as Definition, { secrets: 'strip' });
}

/** The definition with a placeholder for every readable value of a secret variable. */
function hideSecrets(definition: Definition): { definition: Definition; secrets: readonly HiddenSecret[] } {
  const secrets: HiddenSecret[] = [];
  const hide = (variable: DefinitionVariable): DefinitionVariable => {
    const { value_type: type, value } = variable;
    if (type !== 'secret' || isSecret(value) || value === '' || value === null) return variable;
    // nobody can have written it into the definition before
    const placeholder = randomUUID();
    secrets.push({ placeholder, value: toText(value) });
    return { ...variable, value: secretOf(placeholder) };
  };
  if (!hasGraph(definition)) return { definition, secrets };
  const { workflow } = definition;
  const environment = workflow.environment_variables.map(hide);
  const conversation = workflow.conversation_variables.map(hide);
  return {
    definition: {
      ...definition,
      workflow: { ...workflow, environment_variables: environment, conversation_variables: conversation },
    },
    secrets,
  };
}

function fieldsOf({ app }: Definition): AppFields {
  const { name, mode, description, icon, icon_background: iconBackground } = app;
  return { name, mode, description, icon, iconBackground };
}

function withName(definition: Definition, name: string): Definition {
  return { ...definition, app: { ...definition.app, name } } as Definition;
}

function withModels(definition: Definition, choices: readonly ModelChoice[]): Definition {
  if (choices.length === 0) return definition;
  const used = new Map(choices.map(({ named, use }) => [keyOf(named), use]));
  return replaceModels(definition, ({ model }) => used.get(keyOf(model)));
}

function modelsOf(definition: Definition): readonly ModelNeed[] {
  const needs = new Map<string, ModelName & { readonly nodeIds: string[] }>();
  for (const { model, nodeId } of listNamedModels(definition)) {
    const key = keyOf(model);
    const need = needs.get(key) ?? { provider: normaliseProvider(model.provider), name: model.name, nodeIds: [] };
    if (nodeId !== undefined) need.nodeIds.push(nodeId);
    needs.set(key, need);
  }
  return [...needs.values()];
}

const keyOf = ({ provider, name }: ModelName) => `${normaliseProvider(provider)}/${name}`;
