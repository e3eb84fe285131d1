import { outputsIn, performNode } from '../testing/perform-node.js';
import { definition } from './definition.js';

const pool = { b: { text: null }, c: { text: 'c' } };
const selectors = ['a', 'b', 'c'].map((id) => [id, 'text']);

describe('a variable aggregator', () => {
  it('gives the first that is there, null among them', async () => {
    const aggregate = (variables: string[][]) =>
      performNode('variable-aggregator', { output_type: 'string', variables }, { pool });
    expect(outputsIn(await aggregate(selectors))).toEqual({ output: null });
    expect(
      outputsIn(
        await aggregate([
          ['a', 'text'],
          ['c', 'text'],
        ]),
      ),
    ).toEqual({ output: 'c' });
    expect(outputsIn(await aggregate([['a', 'text']]))).toEqual({});
  });

  it('does so for each group under its name', async () => {
    const groups = [
      {
        group_name: 'one',
        output_type: 'string',
        variables: [
          ['a', 'text'],
          ['c', 'text'],
        ],
      },
      { group_name: 'two', output_type: 'string', variables: [['a', 'text']] },
    ];
    const data = { output_type: 'string', variables: [], advanced_settings: { group_enabled: true, groups } };
    expect(outputsIn(await performNode('variable-aggregator', data, { pool }))).toEqual({ one: { output: 'c' } });
    expect(definition.outputs(definition.config.parse(data))).toEqual({ one: 'object', two: 'object' });
  });

  it('ignores groups that are switched off', async () => {
    const data = { variables: [['c', 'text']], advanced_settings: { group_enabled: false, groups: [] } };
    expect(outputsIn(await performNode('variable-aggregator', data, { pool }))).toEqual({ output: 'c' });
  });

  it('is also known by its old name', () => {
    expect(definition.aliases).toEqual(['variable-assigner']);
  });
});
