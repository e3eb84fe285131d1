import { isJsonObject, type JsonObject } from '@tenon/base';
import { type Definition, hasGraph } from './definition.js';
import type { DocumentPath, Issue } from './issue.js';

const HEADER = /^[ \t]*(?:authorization|proxy-authorization|x-api-key|api-key|cookie)[ \t]*:[ \t]*(\S.*)$/im;
const PLACEHOLDER = /\{\{#.+?#\}\}/;

/** Warns of keys that stand readable in HTTP nodes: an export does not remove those. */
export function findInlineCredentials(definition: Definition): readonly Issue[] {
  if (!hasGraph(definition)) return [];
  return definition.workflow.graph.nodes.flatMap(({ data }, index) => {
    if (data.type !== 'http-request') return [];
    const path = ['workflow', 'graph', 'nodes', index, 'data'];
    return [...inHeaders(data, path), ...inAuthorization(data, path)];
  });
}

function inHeaders(data: JsonObject, path: DocumentPath): readonly Issue[] {
  const headers = data['headers'];
  const value = typeof headers === 'string' ? HEADER.exec(headers)?.[1] : undefined;
  return value !== undefined && !PLACEHOLDER.test(value) ? [warning([...path, 'headers'])] : [];
}

function inAuthorization(data: JsonObject, path: DocumentPath): readonly Issue[] {
  const authorization = data['authorization'];
  const config = isJsonObject(authorization) ? authorization['config'] : undefined;
  const key = isJsonObject(config) ? config['api_key'] : undefined;
  const isInline = typeof key === 'string' && key !== '' && !PLACEHOLDER.test(key);
  return isInline ? [warning([...path, 'authorization', 'config', 'api_key'])] : [];
}

function warning(path: DocumentPath): Issue {
  const message = 'A key stands here readable for everybody who gets the file; put it into a secret variable.';
  return { severity: 'warning', code: 'secret.inline', path, message };
}
