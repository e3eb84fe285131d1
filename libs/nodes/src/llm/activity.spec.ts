import type { ConversationId, JsonObject } from '@tenon/base';
import { modelErrors } from '@tenon/ports';
import {
  createFakeChatModel,
  createFakeConversationMemory,
  createFakeModelDirectory,
  type FakeAnswer,
} from '@tenon/ports/testing';
import { failureIn, outputsIn, performNode, type NodeSurroundings } from '../testing/perform-node.js';

const data = {
  model: {
    provider: 'langgenius/openai/openai',
    name: 'gpt-4o',
    mode: 'chat',
    completion_params: { temperature: 0.2 },
  },
  prompt_template: [{ role: 'user', text: 'Say {{#start.word#}}' }],
  context: { enabled: false, variable_selector: [] },
};
const pool = { start: { word: 'hi' }, sys: { query: 'and now?' } };
const usage = { promptTokens: 5, completionTokens: 2, totalTokens: 7 };

async function ask(
  answer: FakeAnswer,
  more: JsonObject = {},
  surroundings: NodeSurroundings = {},
  followsSchemas?: boolean,
) {
  const fake = createFakeChatModel({ answer: () => answer });
  const model = followsSchemas === undefined ? fake : { ...fake, followsSchemas };
  const ports = { models: createFakeModelDirectory([model]), ...surroundings.ports };
  const performed = await performNode('llm', { ...data, ...more }, { pool, ...surroundings, ports });
  return { performed, requests: fake.requests };
}

describe('an llm step', () => {
  it('asks the model and gives its text, usage and reason for ending', async () => {
    const { performed, requests } = await ask({ text: ['hel', 'lo'], usage });
    expect(outputsIn(performed)).toMatchObject({
      text: 'hello',
      reasoning_content: '',
      finish_reason: 'stop',
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7, currency: 'USD' },
    });
    expect(performed.result.usage).toEqual(usage);
    expect(performed.emitted).toEqual([
      ['text', 'hel'],
      ['text', 'lo'],
    ]);
    expect(requests).toMatchObject([
      { mode: 'chat', messages: [{ role: 'user', content: 'Say hi' }], parameters: { temperature: 0.2 } },
    ]);
    expect(requests[0]).not.toHaveProperty('replySchema');
    expect(requests[0]?.idempotencyKey).toMatch(/\/node$/);
  });

  it('tells what the call has cost, where the price of the model is known', async () => {
    const price = { input: 2_500_000, output: 10_000_000 };
    const model = createFakeChatModel({ price, answer: () => ({ text: 'hello', usage }) });
    const ports = { models: createFakeModelDirectory([model]) };
    const performed = await performNode('llm', data, { pool, ports });
    expect(performed.result.usage).toEqual({ ...usage, costNanoUsd: 32_500 });
    expect(outputsIn(performed)).toMatchObject({ usage: { total_price: '0.0000325', currency: 'USD' } });
    expect(performed.recorded).toMatchObject({ price, usage: performed.result.usage });
  });

  it('keeps the final prompt and the raw reply for people', async () => {
    const { performed } = await ask({ text: '<think>a</think>b' }, { reasoning_format: 'separated' });
    expect(performed.recorded).toMatchObject({
      request: {
        provider: 'openai',
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'Say hi' }],
        parameters: { temperature: 0.2 },
      },
      reply: { text: '<think>a</think>b', finishReason: 'stop', usage: { isEstimated: true } },
    });
  });

  it('M4 keeps what came before a stream broke, and marks it as a part', async () => {
    const { performed } = await ask({ text: 'half a', error: modelErrors.cutStream('The stream was cut.') });
    expect(failureIn(performed)).toMatchObject({ code: 'model.cutStream', type: 'InvokeConnectionError' });
    expect(performed.recorded.reply).toMatchObject({ text: 'half a', finishReason: null, isPartial: true });
  });

  it('counts what the provider says that a call costs, also when it fails then', async () => {
    const { performed } = await ask({ text: 'half a', usage, error: modelErrors.cutStream('The stream was cut.') });
    expect(failureIn(performed)).toMatchObject({ code: 'model.cutStream' });
    expect(performed.result.usage).toEqual(usage);
  });

  it('counts the part of a reply that came, as it is shown', async () => {
    const { performed } = await ask({ text: 'half a', error: modelErrors.cutStream('The stream was cut.') });
    expect(performed.result.usage?.completionTokens).toBeGreaterThan(0);
    expect(performed.result.usage?.isEstimated).toBe(true);
    expect(performed.recorded.reply).toMatchObject({ usage: performed.result.usage, isPartial: true });
  });

  it('M4 keeps tool calls that nobody asked for, also those whose arguments are no JSON', async () => {
    const toolCalls = [{ id: 'c', name: 'search', arguments: '{"q":' }];
    const { performed } = await ask({ toolCalls });
    expect(outputsIn(performed)).toMatchObject({ text: '', finish_reason: 'tool_calls' });
    expect(performed.recorded.reply).toMatchObject({ toolCalls: [{ name: 'search', arguments: '{"q":' }] });
  });

  it.each(['length', 'content_filter'])('M5 gives the flow %s as the reason of its end', async (finishReason) => {
    const { performed } = await ask({ text: 'half a', finishReason });
    expect(outputsIn(performed)).toMatchObject({ text: 'half a', finish_reason: finishReason });
    expect(performed.recorded.reply).toMatchObject({ finishReason });
  });

  it('B70 is not asked a prompt of a million tokens: it fails before the call and says which limit', async () => {
    const fake = createFakeChatModel({ answer: () => ({ text: 'x' }) });
    const model = { ...fake, limits: { maxPromptTokens: 500_000, maxReplyTokens: 100 } };
    const ports = { models: createFakeModelDirectory([model]) };
    const ask = (word: string) => performNode('llm', data, { pool: { ...pool, start: { word } }, ports });
    expect(failureIn(await ask('word '.repeat(800_000)))).toMatchObject({
      ...{ code: 'model.promptTooLarge', type: 'InvokeBadRequestError' },
      message: expect.stringMatching(/about 1000001 tokens, .* 500000: .* TENON_MODEL_MAX_PROMPT_TOKENS/) as string,
    });
    expect(fake.requests).toHaveLength(0);
    expect(outputsIn(await ask('word '.repeat(300_000)))).toMatchObject({ text: 'x' });
  });

  it('keeps no reply of a call that was refused', async () => {
    const { performed } = await ask({ error: modelErrors.rateLimited('Too often.', { retryAfterMs: 2000 }) });
    expect(failureIn(performed)).toMatchObject({ type: 'InvokeRateLimitError', retryAfterMs: 2000 });
    expect(performed.recorded).not.toHaveProperty('reply');
    expect(performed.result.usage).toBeUndefined();
  });

  it('says that a model is missing', async () => {
    const performed = await performNode('llm', data, { pool });
    expect(failureIn(performed)).toMatchObject({ type: 'ModelNotExistError' });
  });

  it('adds earlier turns and the question when it has a memory', async () => {
    const conversationId = 'c' as ConversationId;
    const memory = createFakeConversationMemory({ [conversationId]: [{ query: 'before', answer: 'indeed' }] });
    const remembering = { memory: { window: { enabled: true, size: 3 } } };
    const inChat = { mode: 'advanced-chat', conversationId, ports: { memory } } as const;
    const { requests } = await ask({ text: 'x' }, remembering, inChat);
    expect(requests[0]?.messages).toEqual([
      { role: 'user', content: 'Say hi' },
      { role: 'user', content: 'before' },
      { role: 'assistant', content: 'indeed' },
      { role: 'user', content: 'and now?' },
    ]);
    const inWorkflow = await ask({ text: 'x' }, remembering, { ...inChat, mode: 'workflow' });
    expect(inWorkflow.requests[0]?.messages).toHaveLength(1);
  });

  it('ends with the reason of the signal', async () => {
    const signal = AbortSignal.abort(modelErrors.timedOut('too slow'));
    const { performed } = await ask({ text: 'x' }, {}, { signal });
    expect(failureIn(performed)).toMatchObject({ code: 'model.timedOut' });
  });

  describe('with structured output', () => {
    const schema = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] };
    const structured = { structured_output: { schema }, structured_output_enabled: true };

    it('sends the schema and gives the object', async () => {
      const { performed, requests } = await ask({ text: '{"age": 3}' }, structured);
      expect(outputsIn(performed)).toMatchObject({ text: '{"age": 3}', structured_output: { age: 3 } });
      expect(requests[0]?.replySchema).toEqual(schema);
    });

    it('counts the tokens of a reply that does not follow it', async () => {
      const { performed } = await ask({ text: '{"age": "x"}', usage }, structured);
      expect(failureIn(performed)).toMatchObject({
        type: 'LLMNodeError',
        message: expect.stringContaining('$.age') as string,
      });
      expect(performed.result.usage).toEqual(usage);
    });

    it('is off when the newer of the two switches says so', async () => {
      const { performed } = await ask({ text: 'free' }, { ...structured, structured_output_switch_on: false });
      expect(outputsIn(performed)).not.toHaveProperty('structured_output');
    });

    it('fails before it asks a model that cannot', async () => {
      const { performed, requests } = await ask({ text: '{}' }, structured, {}, false);
      expect(failureIn(performed)).toMatchObject({ type: 'LLMNodeError' });
      expect(requests).toHaveLength(0);
    });
  });
});
