import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import { isSecret } from '@tenon/engine';
import { type Definition, hasGraph, type GraphDefinition, type GraphNode, type NodeData } from './definition.js';

/** What the fields of a schedule are when nobody has set one. */
const SCHEDULE_DEFAULT: JsonObject = {
  mode: 'visual',
  frequency: 'daily',
  visual_config: { time: '12:00 AM', on_minute: 0, weekdays: ['sun'], monthly_days: [1] },
  timezone: 'UTC',
};

/**
 * A definition as it may leave: without what belongs to this place alone (addresses of webhooks, subscriptions,
 * uploads, credentials of agents) and, unless secrets are kept, without values of secrets and ids of credentials.
 */
export function forExport(definition: Definition, secrets: 'strip' | 'keep'): Definition {
  return hasGraph(definition) ? exportGraph(definition, secrets) : exportSettings(definition);
}

function exportGraph(definition: GraphDefinition, secrets: 'strip' | 'keep'): Definition {
  const { workflow } = definition;
  const environment = workflow.environment_variables.map((variable) =>
    // where a secret is sealed means nothing elsewhere
    isSecret(variable.value) || (variable.value_type === 'secret' && secrets === 'strip')
      ? { ...variable, value: '' }
      : variable,
  );
  const nodes = workflow.graph.nodes.map((node): GraphNode => ({ ...node, data: exportData(node.data, secrets) }));
  return {
    ...definition,
    workflow: { ...workflow, environment_variables: environment, graph: { ...workflow.graph, nodes } },
  };
}

function exportData(data: NodeData, secrets: 'strip' | 'keep'): NodeData {
  switch (data.type) {
    case 'tool':
      return secrets === 'strip' ? (without(data, 'credential_id') as NodeData) : data;
    case 'agent':
      return replaceAt(data, ['agent_parameters', 'tools', 'value'], withoutCredentials) as NodeData;
    case 'trigger-schedule':
      return replaceAt(data, ['config'], () => SCHEDULE_DEFAULT) as NodeData;
    case 'trigger-webhook':
      return replaceAt(replaceAt(data, ['webhook_url'], nothing), ['webhook_debug_url'], nothing) as NodeData;
    case 'trigger-plugin':
      return replaceAt(data, ['subscription_id'], nothing) as NodeData;
    case 'start':
      return replaceAt(data, ['variables'], withoutUploads) as NodeData;
    default:
      return data;
  }
}

function exportSettings(definition: Definition): Definition {
  return replaceAt(definition, ['model_config', 'agent_mode', 'tools'], withoutCredentials) as Definition;
}

const nothing = (): Json => '';

function withoutCredentials(tools: Json): Json {
  return mapItems(tools, (tool) => without(tool, 'credential_id'));
}

/** Start fields without defaults that point at files uploaded here. */
function withoutUploads(variables: Json): Json {
  return mapItems(variables, (variable) => {
    const isFile = variable['type'] === 'file' || variable['type'] === 'file-list';
    const given = variable['default'];
    if (!isFile || given === undefined) return variable;
    if (Array.isArray(given)) return { ...variable, default: given.filter((file: Json) => !isUpload(file)) };
    return isUpload(given) ? without(variable, 'default') : variable;
  });
}

function isUpload(file: Json): boolean {
  if (!isJsonObject(file)) return false;
  return file['transfer_method'] === 'local_file' || 'upload_file_id' in file || 'uploadedId' in file;
}

function mapItems(value: Json, change: (item: JsonObject) => Json): Json {
  return Array.isArray(value) ? value.map((item: Json) => (isJsonObject(item) ? change(item) : item)) : value;
}

function without(value: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

/** The mapping with the value at `path` changed; as it was where there is none. */
function replaceAt(value: JsonObject, [key, ...rest]: readonly string[], change: (value: Json) => Json): JsonObject {
  const inside = key === undefined ? undefined : value[key];
  if (key === undefined || inside === undefined) return value;
  if (rest.length === 0) return { ...value, [key]: change(inside) };
  return isJsonObject(inside) ? { ...value, [key]: replaceAt(inside, rest, change) } : value;
}
