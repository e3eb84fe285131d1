import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import { z } from 'zod';
import { isGraphMode } from './definition.js';
import type { Issue } from './issue.js';

/** What a document must have to be read at all; everything else has a default or may be wrong until it runs. */
export function checkShape(document: JsonObject): readonly Issue[] {
  const app = document['app'];
  const schema = shapeOf(isJsonObject(app) ? app['mode'] : undefined);
  const result = schema.safeParse(document);
  if (result.success) return [];
  return result.error.issues.map((issue) => ({
    severity: 'error',
    code: issue.code === 'custom' ? (issue.params as { code: string }).code : 'definition.wrongType',
    path: issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
    message: issue.message,
  }));
}

function rule<T>(code: string, message: string, test: (value: Json | undefined) => boolean) {
  return z.custom<T>((value) => test(value as Json | undefined), { error: message, params: { code } });
}
const text = (code: string, message: string) =>
  rule<string>(code, message, (value) => typeof value === 'string' && value !== '');
const mapping = (code: string, message: string, shape: z.ZodRawShape = {}) =>
  rule<Record<string, unknown>>(code, message, isJsonObject).pipe(z.looseObject(shape));
const list = (code: string, message: string, item: z.ZodType) =>
  rule<unknown[]>(code, message, Array.isArray).pipe(z.array(item));

const variable = mapping('variable.notMapping', 'A variable is a mapping with name, value_type and value.', {
  name: text('variable.nameMissing', 'The variable has no name.'),
  value_type: text('variable.typeMissing', 'The variable has no value_type.'),
  value: rule('variable.valueMissing', 'The variable has no value.', (value) => value !== null && value !== undefined),
});
const variables = list('variable.notList', 'Variables are a list.', variable).nullish();

const node = mapping('node.notMapping', 'A node is a mapping with id and data.', {
  id: text('node.idMissing', 'The node has no id; an id is text, so a number needs quotes.'),
  data: mapping('node.dataMissing', 'The node has no data.'),
});

const workflow = mapping('workflow.missing', 'An app of this mode needs a section "workflow".', {
  graph: mapping('graph.notMapping', 'The graph is a mapping with nodes and edges.', {
    nodes: list('graph.notList', 'The nodes of a graph are a list.', node).nullish(),
    edges: list('graph.notList', 'The edges of a graph are a list.', z.unknown()).nullish(),
  }).nullish(),
  features: mapping('workflow.featuresNotMapping', 'The features are a mapping.').nullish(),
  environment_variables: variables,
  conversation_variables: variables,
});

function shapeOf(mode: Json | undefined): z.ZodType {
  const app = mapping('app.missing', 'The file has no section "app".', {
    mode: text('app.modeMissing', 'The app has no mode.'),
  });
  const version = rule('version.notText', 'The version is text, so it needs quotes.', isTextOrNothing).optional();
  if (isGraphMode(mode)) return z.looseObject({ app, version, workflow });
  if (mode === 'chat' || mode === 'agent-chat' || mode === 'completion') {
    const model_config = mapping('modelConfig.missing', 'An app of this mode needs a section "model_config".');
    return z.looseObject({ app, version, model_config });
  }
  return z.looseObject({ app, version });
}

function isTextOrNothing(value: Json | undefined): boolean {
  return value === undefined || value === null || typeof value === 'string';
}
