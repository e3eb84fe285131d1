/**
 * A chatflow of model calls one after the other, whose texts make up the answer. The prompts are `part call1`,
 * `part call2` and so on. @param word  stands in the place of `part`
 */
export function chainOfCalls(count: number, word = 'part'): string {
  const names = Array.from({ length: count }, (_, index) => `call${index + 1}`);
  const llm = (name: string) => `
      - id: ${name}
        type: custom
        data:
          type: llm
          title: ${name}
          model: {provider: openai, name: scripted, mode: chat, completion_params: {}}
          prompt_template: [{role: user, text: '${word} ${name}'}]
          context: {enabled: false, variable_selector: []}
          vision: {enabled: false}`;
  const order = ['start', ...names, 'answer'];
  const edges = order.slice(1).map(
    (target, index) => `
      - {source: ${order[index]}, sourceHandle: source, target: ${target}, targetHandle: target}`,
  );
  return `
version: 0.3.0
kind: app
app: {name: Chain, mode: advanced-chat}
workflow:
  graph:
    edges:${edges.join('')}
    nodes:
      - {id: start, type: custom, data: {type: start, title: Start, variables: []}}${names.map(llm).join('')}
      - id: answer
        type: custom
        data: {type: answer, title: Answer, answer: '${names.map((name) => `{{#${name}.text#}}`).join('')}'}
`;
}
