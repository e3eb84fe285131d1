import type { ConversationId, RunId, TeamId } from '@tenon/base';
import {
  createFakeChatModel,
  createFakeConversationMemory,
  createFakeLogger,
  createFakeModelDirectory,
  createFakeObjectStore,
  createFakeRunFeed,
  createFakeSecretStore,
  describeObjectStoreContract,
  type FakeAnswer,
} from './index.js';

const team = 'team' as TeamId;

describeObjectStoreContract('the fake', async () => ({ store: createFakeObjectStore(), close: async () => undefined }));

describe('fake ports', () => {
  const ask = async (answer: FakeAnswer, signal = new AbortController().signal) => {
    const model = createFakeChatModel({ answer: () => answer });
    const deltas = [];
    for await (const delta of model.stream({ mode: 'chat', messages: [], parameters: {}, idempotencyKey: 'k', signal }))
      deltas.push(delta);
    return deltas;
  };

  it('the model streams reasoning, text and tool calls, finish and usage', async () => {
    const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
    const toolCalls = [{ id: 'c', name: 'n', arguments: '{}' }];
    expect(await ask({ reasoning: 'r', text: ['a', 'b'], toolCalls, usage })).toEqual([
      { type: 'reasoning', text: 'r' },
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
      { type: 'toolCall', index: 0, id: 'c', name: 'n', arguments: '{}' },
      { type: 'finish', reason: 'tool_calls' },
      { type: 'usage', usage },
    ]);
  });

  it('the model throws its error and the reason of an abort', async () => {
    const error = new Error('down');
    await expect(ask({ text: 'a', error })).rejects.toBe(error);
    await expect(ask({ text: 'a' }, AbortSignal.abort(error))).rejects.toBe(error);
  });

  it('the directory finds models by bare provider and name, else the stand-in', async () => {
    const model = createFakeChatModel({ answer: () => ({}) });
    const wanted = { provider: 'langgenius/openai/openai', name: 'gpt-4o' };
    expect(await createFakeModelDirectory([model]).getChatModel(team, wanted)).toBe(model);
    const other = { provider: 'openai', name: 'other' };
    await expect(createFakeModelDirectory([model]).getChatModel(team, other)).rejects.toMatchObject({
      code: 'model.notConfigured',
    });
    expect(await createFakeModelDirectory([], model).getChatModel(team, other)).toBe(model);
  });

  it('the memory gives the newest turns, oldest first', async () => {
    const conversation = 'c' as ConversationId;
    const turns = ['1', '2', '3'].map((query) => ({ query, answer: '' }));
    const memory = createFakeConversationMemory({ [conversation]: turns });
    expect((await memory.listTurns(team, conversation, 2)).map(({ query }) => query)).toEqual(['2', '3']);
    expect(await memory.listTurns(team, conversation, 0)).toEqual([]);
    expect(await memory.listTurns(team, 'other' as ConversationId, 2)).toEqual([]);
  });

  it('the secret store opens only for the team that sealed', async () => {
    const store = createFakeSecretStore();
    const id = await store.seal(team, 'plain');
    expect(await store.open(team, id)).toBe('plain');
    await expect(store.open('other' as TeamId, id)).rejects.toMatchObject({ code: 'secret.missing' });
  });

  it('the feed and the logger keep what they get', async () => {
    const feed = createFakeRunFeed();
    const source = { runId: 'r' as RunId, stepKey: 's', attempt: 1, execution: 1, channel: 'text' };
    feed.append({ ...source, offset: 0, text: 'a' });
    feed.append({ ...source, offset: 0, text: '?', channel: 'reasoning_content' });
    feed.append({ ...source, offset: 1, text: 'b' });
    await feed.flush(source.runId);
    expect([feed.textOf('s'), feed.flushed]).toEqual(['ab', ['r']]);
    const logger = createFakeLogger();
    logger.child({ runId: 'r' }).warn({ ms: 1 }, 'slow');
    expect(logger.lines).toEqual([{ level: 'warn', fields: { runId: 'r', ms: 1 }, message: 'slow' }]);
  });
});
