import type { ConversationId, JsonObject } from '@tenon/base';
import { createFakeChatModel, createFakeConversationMemory, createFakeModelDirectory } from '@tenon/ports/testing';
import { failureIn, outputsIn, performNode, type NodeSurroundings } from '../testing/perform-node.js';

const model = { provider: 'openai', name: 'gpt-4o', mode: 'chat', completion_params: {} };
const data: JsonObject = {
  model,
  query_variable_selector: ['sys', 'query'],
  classes: [
    { id: '1', name: 'Questions about {{#start.product#}}', label: 'Product' },
    { id: '2', name: 'Everything else' },
  ],
  instruction: 'Think of {{#start.product#}}.',
};
const pool = { sys: { query: 'Does it fly?' }, start: { product: 'kites' } };

async function classify(text: string, more: JsonObject = {}, surroundings: NodeSurroundings = {}) {
  const fake = createFakeChatModel({ answer: () => ({ text }) });
  const ports = { models: createFakeModelDirectory([fake]), ...surroundings.ports };
  const performed = await performNode('question-classifier', { ...data, ...more }, { pool, ...surroundings, ports });
  return { performed, request: fake.requests[0] };
}

const reply = (id: string) => JSON.stringify({ keywords: ['x'], category_id: id, category_name: 'any' });

describe('a question classifier', () => {
  it('takes the exit of the class that the model names', async () => {
    const { performed } = await classify(
      `<think>{"category_id": "1", "category_name": ""}</think>\`\`\`json\n${reply('2')}\n\`\`\``,
    );
    expect(performed.result).toMatchObject({ ok: true, exit: '2' });
    expect(outputsIn(performed)).toMatchObject({
      class_id: '2',
      class_name: 'Everything else',
      class_label: 'CLASS 2',
    });
  });

  it('fills the name of the class for the flow', async () => {
    const { performed } = await classify(`[${reply('1')}]`);
    expect(outputsIn(performed)).toMatchObject({ class_name: 'Questions about kites', class_label: 'Product' });
  });

  it.each([
    ['an unknown id', reply('9')],
    ['no id', '{"category_name": "Everything else"}'],
    ['no name', '{"category_id": "2"}'],
  ])('takes the first class for a reply with %s', async (_name, text) => {
    expect((await classify(text)).performed.result).toMatchObject({ ok: true, exit: '1' });
  });

  it.each([
    ['no JSON', 'The second one.'],
    ['broken JSON', '{"category_id": '],
    ['two objects', `[${reply('1')}, ${reply('2')}]`],
    ['nothing', ''],
  ])('fails for a reply with %s', async (_name, text) => {
    const { performed } = await classify(text);
    expect(failureIn(performed)).toMatchObject({ code: 'reply.unreadable', type: 'OutputParserError' });
    expect(performed.result.usage?.totalTokens).toBeGreaterThan(0);
  });

  it('asks with two examples, the raw names of the classes, the filled instruction, and a schema of the ids', async () => {
    const { request } = await classify(reply('1'));
    expect(request?.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
    expect(request?.messages[0]?.content).toContain('<histories>\n\n</histories>');
    expect(JSON.parse(request?.messages.at(-1)?.content as string)).toEqual({
      input_text: 'Does it fly?',
      categories: [
        { category_id: '1', category_name: 'Questions about {{#start.product#}}' },
        { category_id: '2', category_name: 'Everything else' },
      ],
      classification_instructions: 'Think of kites.',
    });
    expect(request?.replySchema).toMatchObject({ properties: { category_id: { enum: ['1', '2'] } } });
  });

  it('tells the model what was said before', async () => {
    const conversationId = 'c' as ConversationId;
    const memory = createFakeConversationMemory({ [conversationId]: [{ query: '$& q', answer: 'a' }] });
    const { request } = await classify(
      reply('1'),
      { memory: { window: { enabled: false, size: 10 }, role_prefix: { user: '', assistant: '' } } },
      { mode: 'advanced-chat', conversationId, ports: { memory } },
    );
    expect(request?.messages[0]?.content).toContain('<histories>\nHuman: $& q\nAssistant: a\n</histories>');
  });

  it('asks with one text in completion mode', async () => {
    const { request } = await classify(reply('1'), { model: { ...model, mode: 'completion' } });
    expect(request).toMatchObject({ mode: 'completion', messages: [{ role: 'user' }] });
    expect(request?.messages).toHaveLength(1);
    expect(request?.messages[0]?.content).toMatch(/Does it fly\?.*Output: $/s);
  });

  it('asks about an empty text when its question is not there', async () => {
    const { request } = await classify(reply('1'), { query_variable_selector: ['n', 'skipped'] });
    expect(JSON.parse(request?.messages.at(-1)?.content as string)).toMatchObject({ input_text: '' });
  });

  it('streams nothing', async () => {
    expect((await classify(reply('1'))).performed.emitted).toEqual([]);
  });
});
