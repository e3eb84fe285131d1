import type { Json, JsonObject } from '@tenon/base';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One of the app files of the conformance table. */
export function fixture(name: string): string {
  return readFileSync(join(__dirname, '../conformance/__fixtures__', `${name}.yml`), 'utf8');
}

/** What a test says of an app; everything else is filled in. */
export interface AppParts {
  readonly mode?: 'workflow' | 'advanced-chat';
  /** Settings of each node by its id, in order. */
  readonly nodes: Readonly<Record<string, JsonObject>>;
  /** `a -> b`, or `a:exit -> b`. */
  readonly edges: readonly string[];
  readonly environment?: readonly JsonObject[];
}

/** The text of an app document. */
export function appText({ mode = 'workflow', nodes, edges, environment = [] }: AppParts): string {
  const document: JsonObject = {
    version: '0.7.0',
    kind: 'app',
    app: { name: 'Test', mode },
    workflow: {
      environment_variables: environment,
      graph: {
        nodes: Object.entries(nodes).map(([id, data]) => ({ id, type: 'custom', data: { title: id, ...data } })),
        edges: edges.map(edgeOf),
      },
    },
  };
  return JSON.stringify(document);
}

/** A start step with these fields; each is required unless it says otherwise. */
export function startNode(...fields: readonly JsonObject[]): JsonObject {
  return {
    type: 'start',
    variables: fields.map((field) => ({ label: field['variable'] as Json, required: true, ...field })),
  };
}

/** An end step that gives these values, by `node.name`. */
export function endNode(outputs: Readonly<Record<string, string>>): JsonObject {
  return {
    type: 'end',
    outputs: Object.entries(outputs).map(([variable, path]) => ({ variable, value_selector: path.split('.') })),
  };
}

function edgeOf(text: string): JsonObject {
  const [from = '', target = ''] = text.split(' -> ');
  const [source = '', sourceHandle = 'source'] = from.split(':');
  return { source, sourceHandle, target, targetHandle: 'target' };
}
