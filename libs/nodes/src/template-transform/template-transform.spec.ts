import { failureIn, outputsIn, performNode, type NodeSurroundings } from '../testing/perform-node.js';

const render = (template: string, surroundings: NodeSurroundings = {}, names: readonly string[] = ['a', 'b']) =>
  performNode(
    'template-transform',
    { template, variables: names.map((name) => ({ variable: name, value_selector: ['n', name] })) },
    surroundings,
  );

describe('a template step', () => {
  it('B61 renders raw values, and null for what is not there', async () => {
    const pool = { n: { a: [{ x: true }, 1] } };
    expect(outputsIn(await render('{% for i in a %}{{ i }};{% endfor %}{{ b }}\n', { pool }))).toEqual({
      output: "{'x': True};1;None",
    });
  });

  it('B24 does not read a value as a template', async () => {
    const pool = { n: { a: '{{ 7 * 7 }}{% for %}{{#n.b#}}', b: 'x' } };
    expect(outputsIn(await render('{{ a }}', { pool }))).toEqual({ output: '{{ 7 * 7 }}{% for %}{{#n.b#}}' });
  });

  it('fails for a template that is none, naming the line', async () => {
    expect(failureIn(await render('a\n{% if %}'))).toMatchObject({
      code: 'template.invalid',
      message: expect.stringContaining('Line 2') as string,
    });
  });

  it('fails for more than 400 000 characters', async () => {
    const pool = { n: { a: 'x'.repeat(1000) } };
    const template = '{% for i in range(401) %}{{ a }}{% endfor %}';
    expect(failureIn(await render(template, { pool, fuel: 5_000_000 }))).toMatchObject({ code: 'template.tooLong' });
  });

  it('says so when it needs more fuel, so that it can be tried where there is more', async () => {
    const template = '{% for i in range(2000) %}{{ i }}{% endfor %}';
    await expect(render(template, { fuel: 100 })).rejects.toMatchObject({ code: 'step.outOfFuel' });
    expect(outputsIn(await render(template, { fuel: 50_000 }))['output']).toHaveLength(6890);
  });
});
