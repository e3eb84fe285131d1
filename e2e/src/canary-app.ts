/** What a node of the app does with the secret. */
export type Use = Readonly<Record<string, unknown>> & { readonly type: string };

const SECRET = '{{#env.key#}}';

/** A workflow of one node between start and end, with the secret in `env.key`. @param output  what of the node is put out */
export function appWith(secret: string, use: Use, output: string): string {
  const node = (id: string, data: object) => ({ id, type: 'custom', data: { title: id, ...data } });
  const edge = (source: string, target: string) => ({ source, target, sourceHandle: 'source', targetHandle: 'target' });
  return JSON.stringify({
    version: '0.3.0',
    kind: 'app',
    app: { name: `Canary ${use.type}`, mode: 'workflow' },
    workflow: {
      environment_variables: [
        { id: 'e1', name: 'key', value: secret, value_type: 'secret', selector: ['env', 'key'], description: '' },
      ],
      graph: {
        edges: [edge('start', 'use'), edge('use', 'end')],
        nodes: [
          node('start', { type: 'start', variables: [] }),
          node('use', use),
          node('end', { type: 'end', outputs: [{ variable: 'out', value_selector: ['use', output] }] }),
        ],
      },
    },
  });
}

/** Sends the secret in every place of a request. @param status  what the server is asked to answer with */
export function request(url: string, status: number, authorization: 'basic' | 'bearer', more: object = {}): Use {
  return {
    type: 'http-request',
    method: 'post',
    url: `${url}/${status}?key=${SECRET}`,
    headers: `X-Key: ${SECRET}`,
    params: `again:${SECRET}`,
    authorization: { type: 'api-key', config: { type: authorization, api_key: SECRET, header: '' } },
    body: { type: 'json', data: [{ type: 'text', key: '', value: `{"key": "${SECRET}"}` }] },
    timeout: { connect: 5, read: 5, write: 5 },
    retry_config: { retry_enabled: true, max_retries: 1, retry_interval: 10 },
    ...more,
  };
}

/** Code that is given the secret. */
export function code(language: 'python3' | 'javascript', body: string): Use {
  const head = language === 'python3' ? 'def main(key):\n    ' : 'function main({ key }) { ';
  return {
    type: 'code',
    code_language: language,
    code: `${head}${body}${language === 'python3' ? '\n' : ' }'}`,
    variables: [{ variable: 'key', value_selector: ['env', 'key'] }],
    outputs: { out: { type: 'string', children: null } },
  };
}

/** A template that is given the secret. */
export function template(text: string): Use {
  return {
    type: 'template-transform',
    template: text,
    variables: [{ variable: 'key', value_selector: ['env', 'key'] }],
  };
}

/** A model of a provider that is told the secret. */
export function model(provider: string): Use {
  return {
    type: 'llm',
    model: { provider, name: 'scripted', mode: 'chat', completion_params: {} },
    prompt_template: [{ role: 'user', text: `The key is ${SECRET}` }],
    context: { enabled: false, variable_selector: [] },
    vision: { enabled: false },
    retry_config: { retry_enabled: true, max_retries: 1, retry_interval: 10 },
  };
}
