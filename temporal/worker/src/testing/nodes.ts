import type { JsonObject } from '@tenon/base';
import { buildNode } from '@tenon/dsl/testing';

type Node = ReturnType<typeof buildNode>;

/** A start form of one optional text `q`, or of the given names. */
export function startNode(...names: readonly string[]): Node {
  const variables = (names.length > 0 ? names : ['q']).map((variable) => ({
    variable,
    label: variable,
    type: 'paragraph',
    required: false,
    options: [],
  }));
  return buildNode('start', 'start', { variables });
}

/** A model call whose user message is `text`. */
export function llmNode(id: string, text: string, more: JsonObject = {}): Node {
  return buildNode(id, 'llm', {
    model: { provider: 'openai', name: 'm', mode: 'chat', completion_params: {} },
    prompt_template: [{ role: 'user', text }],
    context: { enabled: false },
    ...more,
  });
}

/** A Jinja template over variables given as `name: selector`. */
export function templateNode(id: string, template: string, variables: Readonly<Record<string, string[]>> = {}): Node {
  const named = Object.entries(variables).map(([variable, value_selector]) => ({ variable, value_selector }));
  return buildNode(id, 'template-transform', { template, variables: named });
}

/** Goes on by `true` where the value compares so, else by `false`. */
export function conditionNode(id: string, variable_selector: string[], comparison: string, value: string): Node {
  const condition = { id: 'c', varType: 'string', variable_selector, comparison_operator: comparison, value };
  const cases = [{ case_id: 'true', id: 'true', logical_operator: 'and', conditions: [condition] }];
  return buildNode(id, 'if-else', { cases });
}

/** A GET whose time-outs together are `seconds`, at most 4 of which make it a short activity. */
export function getNode(id: string, url: string, seconds = 2, more: JsonObject = {}): Node {
  const timeout = { connect: seconds / 2, read: seconds / 2, write: 1 };
  return buildNode(id, 'http-request', {
    method: 'get',
    url,
    headers: '',
    params: '',
    authorization: { type: 'no-auth' },
    body: { type: 'none', data: [] },
    timeout,
    ...more,
  });
}

/** Ends with `outputs` given as `name: selector`. */
export function endNode(outputs: Readonly<Record<string, string[]>>, id = 'end'): Node {
  const declared = Object.entries(outputs).map(([variable, value_selector]) => ({
    variable,
    value_selector,
    value_type: 'string',
  }));
  return buildNode(id, 'end', { outputs: declared });
}

/** `retry_config` of so many further tries. */
export function retries(max_retries: number, retry_interval = 100): JsonObject {
  return { retry_config: { retry_enabled: true, max_retries, retry_interval } };
}
