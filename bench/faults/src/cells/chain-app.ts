/** One node of an app file. */
export interface AppNode {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A workflow of these nodes one after the other, whose output `told` is one variable; as the text of an app file. */
export function chainApp(name: string, nodes: readonly AppNode[], told: readonly [string, string]): string {
  const ids = ['start', ...nodes.map(({ id }) => id), 'end'];
  const edges = ids.slice(1).map((id, index) => edge(ids[index] ?? '', id));
  return appFile(name, nodes, edges, told);
}

/** The same of these nodes beside each other. */
export function wideApp(name: string, nodes: readonly AppNode[], told: readonly [string, string]): string {
  return appFile(
    name,
    nodes,
    nodes.flatMap(({ id }) => [edge('start', id), edge(id, 'end')]),
    told,
  );
}

function appFile(name: string, nodes: readonly AppNode[], edges: readonly object[], told: readonly [string, string]) {
  const all: AppNode[] = [
    { id: 'start', data: { type: 'start', title: 'Start', variables: [] } },
    ...nodes,
    { id: 'end', data: { type: 'end', title: 'End', outputs: [{ variable: 'told', value_selector: told }] } },
  ];
  // app files are YAML, and JSON is YAML
  return JSON.stringify({
    version: '0.3.0',
    kind: 'app',
    app: { name, mode: 'workflow' },
    workflow: { graph: { edges, nodes: all.map((node) => ({ ...node, type: 'custom' })) } },
  });
}

function edge(source: string, target: string) {
  return { source, sourceHandle: 'source', target, targetHandle: 'target' };
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

/** A web request that is tried again once, after a pause. */
export function requestNode(id: string, url: string, pauseMs: number): AppNode {
  return {
    id,
    data: {
      ...{ type: 'http-request', title: id, method: 'post', url, headers: '', params: '' },
      ...{ authorization: { type: 'no-auth', config: null }, body: { type: 'none', data: [] } },
      timeout: { connect: 10, read: 60, write: 10 },
      retry_config: { retry_enabled: true, max_retries: 1, retry_interval: pauseMs },
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
