import type { JsonObject } from '@tenon/base';

/** One sentence on a node whose type is not available: the type, and the plugin or tool that the node needs. */
export function describeMissing(title: string, data: JsonObject): string {
  const type = String(data['type']);
  const needs = needsOf(type, data);
  const plugin = text(data, 'plugin_unique_identifier').split(/[:@]/)[0] ?? '';
  const from = plugin === '' ? '' : ` (plugin ${plugin})`;
  const sentence = `Nodes of the type "${type}" are not available`;
  return needs === '' ? `${sentence}; "${title}" is one.` : `${sentence}; "${title}" needs ${needs}${from}.`;
}

function needsOf(type: string, data: JsonObject): string {
  switch (type) {
    case 'tool':
      return named('the tool', text(data, 'tool_name'), text(data, 'provider_id') || text(data, 'provider_name'));
    case 'agent':
      return named('the strategy', text(data, 'agent_strategy_name'), text(data, 'agent_strategy_provider_name'));
    case 'trigger-plugin':
      return named('the event', text(data, 'event_name'), text(data, 'provider_id') || text(data, 'provider_name'));
    case 'datasource':
      return named('the data source', text(data, 'datasource_name'), text(data, 'provider_name'));
    default:
      return '';
  }
}

function named(what: string, name: string, provider: string): string {
  if (name === '') return provider === '' ? '' : `the provider "${provider}"`;
  return provider === '' ? `${what} "${name}"` : `${what} "${name}" of the provider "${provider}"`;
}

function text(data: JsonObject, key: string): string {
  const value = data[key];
  return typeof value === 'string' ? value.slice(0, 200) : '';
}
