/** A node of an app file. */
interface Node {
  readonly id: string;
  readonly data: { readonly type: string; readonly title: string } & Readonly<Record<string, unknown>>;
}

const START: Node = { id: 'start', data: { type: 'start', title: 'Start', variables: [] } };

/** Start and end, nothing between. */
export function emptyApp(): string {
  return workflowOf('Empty', [], 'start');
}

/** Templates one after the other, each around the text of the one before. */
export function templatesApp(count: number): string {
  const nodes = numbered(count, (id, previous) => ({
    id,
    data: {
      type: 'template-transform',
      title: id,
      template: '[{{ text }}]',
      variables: previous ? [{ variable: 'text', value_selector: [previous, 'output'] }] : [],
    },
  }));
  return workflowOf('Templates', nodes, 'output');
}

/** Web requests one after the other; `isShort` ones give up within seconds and need no activity of their own. */
export function requestsApp(url: string, count: number, isShort: boolean): string {
  return workflowOf(
    'Requests',
    numbered(count, (id) => requestNode(id, url, isShort)),
    'body',
  );
}

/** Web requests side by side, all of which end in one end. */
export function fanApp(url: string, count: number): string {
  const nodes = numbered(count, (id) => requestNode(id, url, false));
  const edges = nodes.flatMap(({ id }) => [edge('start', id), edge(id, 'end')]);
  return appFile('Fan', 'workflow', [START, ...nodes, endNode(nodes.at(-1)?.id, 'body')], edges);
}

/** Model calls one after the other. */
export function modelCallsApp(count: number): string {
  return workflowOf('Model calls', numbered(count, modelNode), 'text');
}

/** A chat whose answer is what a model says. */
export function chatApp(): string {
  const answer: Node = { id: 'answer', data: { type: 'answer', title: 'Answer', answer: '{{#step1.text#}}' } };
  const nodes = [START, modelNode('step1'), answer];
  return appFile('Chat', 'advanced-chat', nodes, chain(nodes));
}

function requestNode(id: string, url: string, isShort: boolean): Node {
  const timeout = isShort ? { connect: 1, read: 2, write: 1 } : {};
  return {
    id,
    data: {
      ...{ type: 'http-request', title: id, method: 'get', url, headers: '', params: '' },
      ...{ authorization: { type: 'no-auth' }, body: { type: 'none', data: [] }, timeout },
    },
  };
}

function modelNode(id: string): Node {
  return {
    id,
    data: {
      type: 'llm',
      title: id,
      model: { provider: 'openai', name: 'scripted', mode: 'chat', completion_params: {} },
      prompt_template: [{ role: 'user', text: 'Say something.' }],
      context: { enabled: false, variable_selector: [] },
      vision: { enabled: false },
    },
  };
}

function numbered(count: number, make: (id: string, previous: string | undefined) => Node): Node[] {
  return Array.from({ length: count }, (_, index) => make(`step${index + 1}`, index > 0 ? `step${index}` : undefined));
}

function workflowOf(name: string, nodes: readonly Node[], output: string): string {
  const all = [START, ...nodes, endNode(nodes.at(-1)?.id, output)];
  return appFile(name, 'workflow', all, chain(all));
}

function endNode(from: string | undefined, output: string): Node {
  const outputs = from ? [{ variable: 'result', value_selector: [from, output], value_type: 'string' }] : [];
  return { id: 'end', data: { type: 'end', title: 'End', outputs } };
}

function chain(nodes: readonly Node[]): object[] {
  return nodes.slice(1).map(({ id }, index) => edge(nodes[index]?.id ?? '', id));
}

function edge(source: string, target: string): object {
  return { id: `${source}-${target}`, source, sourceHandle: 'source', target, targetHandle: 'target', type: 'custom' };
}

/** App files are YAML, and JSON is YAML. */
function appFile(name: string, mode: string, nodes: readonly Node[], edges: readonly object[]): string {
  return JSON.stringify({
    version: '0.3.0',
    kind: 'app',
    app: { name, mode },
    workflow: { graph: { edges, nodes: nodes.map((node) => ({ ...node, type: 'custom' })) } },
  });
}
