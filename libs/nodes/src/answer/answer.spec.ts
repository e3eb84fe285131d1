import { buildFile } from '@tenon/engine/testing';
import { failureIn, outputsIn, performNode } from '../testing/perform-node.js';
import { definition } from './definition.js';

const file = buildFile({ type: 'image', filename: 'a.png', extension: '.png', mime_type: 'image/png' });

describe('an answer step', () => {
  it('fills its text with the markdown of values, and the bare name of what is not there', async () => {
    const answer = 'List:\n{{#n.list#}}\n{{#n.map#}} {{#n.none#}}{{#n.missing#}} {{ x }}';
    const performed = await performNode(
      'answer',
      { answer, variables: [] },
      { pool: { n: { list: ['a', 1], map: { k: 'v' }, none: null } } },
    );
    expect(outputsIn(performed)).toEqual({ answer: 'List:\n- a\n- 1\n{\n  "k": "v"\n} n.missing {{ x }}', files: [] });
  });

  it('gives the files it names, in order', async () => {
    const pool = { n: { one: file, more: [{ ...file, filename: 'b.png' }], list: ['a'] } };
    const performed = await performNode('answer', { answer: '{{#n.more#}}{{#n.one#}}{{#n.list#}}' }, { pool });
    expect(outputsIn(performed)['files']).toEqual([{ ...file, filename: 'b.png' }, file]);
  });

  it('B80 fails, and makes no text, when its values would fill more than one value may hold', async () => {
    const answer = '{{#n.large#}}'.repeat(1_000);
    const performed = await performNode('answer', { answer }, { pool: { n: { large: 'x'.repeat(60_000) } } });
    expect(failureIn(performed)).toMatchObject({
      code: 'value.tooLarge',
      message: expect.stringMatching(/^The text would be longer than \d+ characters/) as string,
    });
  });

  it('says what it says in pieces', () => {
    const { response } = definition.lower(definition.config.parse({ answer: 'a{{#n.b#}}c' }), {
      nodeId: 'n',
      mode: 'advanced-chat',
      handlesFailure: false,
    });
    expect(response).toEqual([{ text: 'a' }, { selector: ['n', 'b'] }, { text: 'c' }]);
  });
});
