/** One node of an app file. */
export interface AppNode {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A workflow of these nodes one after the other, whose output `told` is one variable; as the text of an app file. */
export function chainApp(name: string, nodes: readonly AppNode[], told: readonly [string, string]): string {
  const all: AppNode[] = [
    { id: 'start', data: { type: 'start', title: 'Start', variables: [] } },
    ...nodes,
    { id: 'end', data: { type: 'end', title: 'End', outputs: [{ variable: 'told', value_selector: told }] } },
  ];
  const edges = all.slice(1).map(({ id }, index) => {
    return { source: all[index]?.id, sourceHandle: 'source', target: id, targetHandle: 'target' };
  });
  // app files are YAML, and JSON is YAML
  return JSON.stringify({
    version: '0.3.0',
    kind: 'app',
    app: { name, mode: 'workflow' },
    workflow: { graph: { edges, nodes: all.map((node) => ({ ...node, type: 'custom' })) } },
  });
}

/** A call of the scripted model, which is tried again as often as given. */
export function callNode(id: string, prompt: string, retries = 0): AppNode {
  return {
    id,
    data: {
      ...{
        type: 'llm',
        title: id,
        model: { provider: 'openai', name: 'scripted', mode: 'chat', completion_params: {} },
      },
      prompt_template: [{ role: 'user', text: prompt }],
      retry_config: { retry_enabled: retries > 0, max_retries: retries, retry_interval: 100 },
      ...{ context: { enabled: false, variable_selector: [] }, vision: { enabled: false } },
    },
  };
}

/** A template without variables. */
export function textNode(id: string, text: string): AppNode {
  return { id, data: { type: 'template-transform', title: id, template: text, variables: [] } };
}

/** Code that takes nothing and gives `text`. */
export function codeNode(id: string, language: 'python3' | 'javascript', code: string): AppNode {
  const outputs = { text: { type: 'string', children: null } };
  return { id, data: { type: 'code', title: id, code_language: language, code, variables: [], outputs } };
}
