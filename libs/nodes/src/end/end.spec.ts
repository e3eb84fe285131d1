import type { Json } from '@tenon/base';
import { outputsIn, performNode } from '../testing/perform-node.js';
import { definition } from './definition.js';

const outputs: Json[] = [
  { variable: 'a', value_selector: ['n', 'list'], value_type: 'string' },
  { variable: 'b', value_selector: ['n', 'missing'] },
  { variable: 'c', value_selector: [] },
];

describe('an end step', () => {
  it('gives values as they are, and null for what is not there', async () => {
    const performed = await performNode('end', { outputs }, { pool: { n: { list: [1, { $float: '1.0' }] } } });
    expect(outputsIn(performed)).toEqual({ a: [1, { $float: '1.0' }], b: null, c: null });
  });

  it('answers with its values, one per line', () => {
    const { response } = definition.lower(definition.config.parse({ outputs }), {
      nodeId: 'n',
      mode: 'workflow',
      handlesFailure: false,
    });
    expect(response).toEqual([{ selector: ['n', 'list'] }, { text: '\n' }, { selector: ['n', 'missing'] }]);
  });

  it('may give nothing', async () => {
    expect(outputsIn(await performNode('end', { outputs: null }))).toEqual({});
  });
});
