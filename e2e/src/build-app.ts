const head = (id: string, type: string) => `
      - id: ${id}
        type: custom
        data:
          type: ${type}
          title: ${id}`;

const fields = (more: object) =>
  Object.entries(more)
    .map(
      ([name, value]) => `
          ${name}: ${JSON.stringify(value)}`,
    )
    .join('');

/** A fixed text. */
export const template = (id: string, text: string) => `${head(id, 'template-transform')}
          template: ${JSON.stringify(text)}
          variables: []`;

/** Goes on at `true` when a text output has the word in it, else at `false`. */
export const hasWord = (id: string, selector: readonly string[], word: string) => `${head(id, 'if-else')}
          cases: ${JSON.stringify([
            {
              ...{ case_id: 'true', id: 'true', logical_operator: 'and' },
              conditions: [
                {
                  id: '1',
                  varType: 'string',
                  variable_selector: selector,
                  comparison_operator: 'contains',
                  value: word,
                },
              ],
            },
          ])}`;

/** A model call whose user message is `prompt`. @param more  other fields of the node */
export const llm = (id: string, prompt: string, more: object = {}) => `${head(id, 'llm')}${fields(more)}
          model: {provider: openai, name: scripted, mode: chat, completion_params: {}}
          prompt_template: [{role: user, text: '${prompt}'}]
          context: {enabled: false, variable_selector: []}
          vision: {enabled: false}`;

/** A GET of an address, so short that the worker performs it within the run's task. */
export const get = (id: string, url: string) => `${head(id, 'http-request')}
          method: get
          url: '${url}'
          headers: ''
          params: ''
          authorization: {type: no-auth}
          body: {type: none, data: []}
          timeout: {connect: 1, read: 2, write: 1}`;

/** Code whose `main` gives `{text}`; `reads` maps its arguments to selectors. */
export const code = (
  id: string,
  language: 'python3' | 'javascript',
  source: string,
  reads: Readonly<Record<string, readonly string[]>> = {},
) => `${head(id, 'code')}
          code_language: ${language}
          code: ${JSON.stringify(source)}
          variables: ${JSON.stringify(Object.entries(reads).map(([variable, value_selector]) => ({ variable, value_selector })))}
          outputs: {text: {type: string, children: null}}`;

/** A chatflow of nodes between `start` and `answer`. @param edges  `one -> other`, or `one/exit -> other` */
export function chatflow(nodes: readonly string[], edges: readonly string[], answer: string): string {
  const lines = edges.map((edge) => {
    const [from = '', target] = edge.split(' -> ');
    const [source, exit = 'source'] = from.split('/');
    return `
      - {source: ${source}, sourceHandle: '${exit}', target: ${target}, targetHandle: target}`;
  });
  return `
version: 0.3.0
kind: app
app: {name: Built, mode: advanced-chat}
workflow:
  graph:
    edges:${lines.join('')}
    nodes:
      - {id: start, type: custom, data: {type: start, title: Start, variables: []}}${nodes.join('')}
      - id: answer
        type: custom
        data: {type: answer, title: Answer, answer: '${answer}'}
`;
}
