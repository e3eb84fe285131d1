import type { GraphNode } from '@tenon/dsl';

type Data = Readonly<Record<string, unknown>>;

/** The line by which people tell two nodes of a type apart, by type; nothing where the file says nothing of the kind. */
const SUMMARIES: Readonly<Record<string, (data: Data) => string>> = {
  agent: ({ agent_strategy_label, agent_strategy_name }) => text(agent_strategy_label) || text(agent_strategy_name),
  answer: ({ answer }) => text(answer),
  assigner: ({ items }) => names(items, 'variable_selector'),
  code: ({ code_language }) => text(code_language),
  end: ({ outputs }) => names(outputs, 'variable'),
  'http-request': ({ method, url }) => [text(method).toUpperCase(), hostOf(text(url))].filter(Boolean).join(' '),
  'if-else': ({ cases }) => list(cases).map(conditionsOf).filter(Boolean).join(' / '),
  llm: ({ model }) => text(field(model, 'name')),
  loop: ({ loop_count }) => (typeof loop_count === 'number' ? `≤ ${loop_count}` : ''),
  'parameter-extractor': ({ parameters }) => names(parameters, 'name'),
  'question-classifier': ({ classes }) => names(classes, 'name'),
  start: ({ variables }) => names(variables, 'variable'),
  'template-transform': ({ template }) => text(template),
  tool: ({ tool_label, tool_name }) => text(tool_label) || text(tool_name),
};

/** Characters of it at most: a box shows fewer. */
const LENGTH = 120;

/** A value in a text, as app files write it: the id of a node and the name of what it gives. */
const PLACEHOLDER = /\{\{#([^.#{}]+)((?:\.[^.#{}]+)+)#\}\}/g;

/**
 * What a node does in one line, from its configuration as the file has it; empty where that says nothing.
 * @param titleOf  of the node that a value comes from
 */
export function summaryOf({ data }: GraphNode, titleOf: (nodeId: string) => string | undefined): string {
  const summary = SUMMARIES[data.type]?.(data as Data) ?? '';
  const named = summary.replace(PLACEHOLDER, (_, id: string, path: string) => `${titleOf(id) || id}${path}`);
  return named.replace(/\s+/g, ' ').trim().slice(0, LENGTH);
}

function conditionsOf(branch: unknown): string {
  const said = list(field(branch, 'conditions')).map((condition) =>
    [pathOf(field(condition, 'variable_selector')), field(condition, 'comparison_operator'), field(condition, 'value')]
      .map(text)
      .filter(Boolean)
      .join(' '),
  );
  return said.join(field(branch, 'logical_operator') === 'or' ? ' | ' : ' & ');
}

function names(value: unknown, name: string): string {
  return list(value)
    .map((item) => pathOf(field(item, name)))
    .filter(Boolean)
    .join(', ');
}

/** Of an address with variables in it what stands before the first of them says nothing; then all of it is shown. */
function hostOf(url: string): string {
  return /^https?:\/\/([^/?#{]+)/i.exec(url)?.[1] ?? url;
}

/** The part of a selector that people read: the name of the variable. */
function pathOf(value: unknown): string {
  return Array.isArray(value) ? text(value.at(-1)) : text(value);
}

/** Files of others hold anything. */
function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Data)[name] : undefined;
}
