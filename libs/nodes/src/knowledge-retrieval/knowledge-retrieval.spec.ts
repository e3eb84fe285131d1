import { failureIn, outputsIn, performNode } from '../testing/perform-node.js';

const data = { dataset_ids: ['x'], retrieval_mode: 'multiple', query_variable_selector: ['sys', 'query'] };

describe('a knowledge retrieval step', () => {
  it('fails and says that there is no knowledge base yet', async () => {
    expect(failureIn(await performNode('knowledge-retrieval', data, { pool: { sys: { query: 'q' } } }))).toMatchObject({
      code: 'knowledge.missing',
      message: 'There is no knowledge base yet, so nothing can be searched.',
    });
  });

  it('fails for a question that is no text', async () => {
    const performed = await performNode('knowledge-retrieval', data, { pool: { sys: { query: [1] } } });
    expect(failureIn(performed).message).toBe('Query variable is not string type.');
  });

  it('succeeds with nothing when there is no question', async () => {
    const performed = await performNode('knowledge-retrieval', { dataset_ids: [], query_variable_selector: null });
    expect(outputsIn(performed)).toEqual({});
  });
});
