import { isJsonObject, type Json } from '@tenon/base';

/** A field of an app's start form, as far as the command line needs it. */
export interface StartField {
  readonly name: string;
  /** As the app format names it: `text-input`, `paragraph`, `select`, `number`, `checkbox`, `json_object` … */
  readonly type: string;
  readonly isRequired: boolean;
}

/** What the command line reads of a definition. */
export interface AppOutline {
  /** Undefined when the definition has no start node that says. */
  readonly fields: readonly StartField[] | undefined;
  readonly isChat: boolean;
  /** Whether any node asks a model. */
  readonly asksModel: boolean;
  /** Type and title of nodes by id. */
  readonly nodes: ReadonlyMap<string, { readonly type: string; readonly title: string }>;
}

/** Reads an outline from a definition as the API gives it; what it does not know of is left out. */
export function readOutline(definition: Json): AppOutline {
  const nodes = listOf(at(definition, 'workflow', 'graph', 'nodes')).flatMap((node) => {
    const data = at(node, 'data');
    const id = at(node, 'id');
    return typeof id === 'string' && isJsonObject(data) ? [{ id, data }] : [];
  });
  const start = nodes.find(({ data }) => data['type'] === 'start');
  return {
    fields: start && listOf(start.data['variables']).flatMap(toField),
    isChat: String(at(definition, 'app', 'mode')).endsWith('chat'),
    asksModel: nodes.some(({ data }) => typeof at(data, 'model', 'provider') === 'string'),
    nodes: new Map(
      nodes.map(({ id, data }) => [id, { type: textOf(data['type']), title: textOf(data['title']) || id }]),
    ),
  };
}

function toField(variable: Json): StartField[] {
  const name = at(variable, 'variable');
  if (typeof name !== 'string') return [];
  return [{ name, type: textOf(at(variable, 'type')), isRequired: at(variable, 'required') === true }];
}

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((part, key) => (isJsonObject(part) ? part[key] : undefined), value);
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
