import { type GraphDefinition, parseDefinition } from './index.js';
import { printDefinition } from './print.js';
import { describePublicAppFiles, publicAppFiles } from './testing/index.js';

describePublicAppFiles('public app files', () => {
  it.each(publicAppFiles())('61, 62: reads $name and prints it so that it reads the same', ({ text }) => {
    const result = parseDefinition(text);
    if (!result.ok) throw new Error(JSON.stringify(result.issues));
    expect(result.issues.filter(({ code }) => code !== 'secret.inline')).toEqual([]);
    const again = parseDefinition(printDefinition(result.definition, { secrets: 'keep' }));
    expect(again).toMatchObject({ ok: true, definition: result.definition });
    const stripped = parseDefinition(printDefinition(result.definition, { secrets: 'strip' }));
    if (!stripped.ok) throw new Error(JSON.stringify(stripped.issues));
    const { nodes, edges } = (stripped.definition as GraphDefinition).workflow.graph;
    expect(edges).toEqual((result.definition as GraphDefinition).workflow.graph.edges);
    expect(nodes.map(({ id }) => id)).toEqual(
      (result.definition as GraphDefinition).workflow.graph.nodes.map(({ id }) => id),
    );
  });
});
