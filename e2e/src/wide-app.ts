/** Nodes of a row; the next row goes on from its last. */
const ROW = 10;

/** A workflow of so many templates, in rows that begin at the same node: a wide and long graph. */
export function workflowOf(count: number): string {
  const names = Array.from({ length: count - 2 }, (_, index) => `t${index + 1}`);
  const before = (index: number) => (index % ROW === 0 ? 'start' : `t${index}`);
  const node = (id: string, x: number, y: number, data: string) => `
      - {id: ${id}, type: custom, position: {x: ${x}, y: ${y}}, width: 244, height: 90, data: {${data}}}`;
  const template = (name: string, index: number) =>
    node(
      name,
      (1 + (index % ROW)) * 320,
      Math.floor(index / ROW) * 160,
      `type: template-transform, title: Template ${name}, template: 'x', variables: []`,
    );
  const edge = (source: string, target: string) => `
      - {source: ${source}, sourceHandle: source, target: ${target}, targetHandle: target}`;
  return `
version: 0.3.0
kind: app
app: {name: Graph of ${count}, mode: workflow}
workflow:
  graph:
    edges:${names.map((name, index) => edge(before(index), name)).join('')}${edge(names.at(-1) ?? 'start', 'end')}
    nodes:${node('start', 0, 0, 'type: start, title: Start, variables: []')}${names.map(template).join('')}${node(
      'end',
      (2 + ROW) * 320,
      0,
      `type: end, title: End, outputs: [{variable: out, value_selector: [${names.at(-1) ?? 'start'}, output]}]`,
    )}
`;
}
