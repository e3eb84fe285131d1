import type { ChatDelta, ChatModel } from '@tenon/ports';
import { hideInReplies } from './discreet-model.js';

const SECRET = 'canary-4711';

/** A model that answers with these deltas, and then fails with `error` when there is one. */
function modelOf(deltas: readonly ChatDelta[], error?: Error): ChatModel {
  return {
    provider: 'acme',
    name: 'm',
    isLocal: false,
    async *stream() {
      yield* deltas;
      if (error) throw error;
    },
  };
}

async function read(model: ChatModel): Promise<(ChatDelta | Error)[]> {
  const read: (ChatDelta | Error)[] = [];
  const request = { mode: 'chat', messages: [], parameters: {}, idempotencyKey: 'k' } as const;
  try {
    for await (const delta of model.stream({ ...request, signal: new AbortController().signal })) read.push(delta);
  } catch (error) {
    read.push(error as Error);
  }
  return read;
}

const text = (of: string): ChatDelta => ({ type: 'text', text: of });
const FINISH: ChatDelta = { type: 'finish', reason: 'stop' };

describe('a model whose replies hold no secret', () => {
  it('hides what it repeats in its text, its thoughts and its calls, also in pieces', async () => {
    const reply: ChatDelta[] = [
      { type: 'reasoning', text: `I know ${SECRET}` },
      text('It is can'),
      { type: 'toolCall', index: 0, id: 'c', name: 'f', arguments: '{"key":"canary' },
      text('ary-4711.'),
      { type: 'toolCall', index: 0, arguments: '-4711"}' },
      FINISH,
    ];
    const shown = await read(hideInReplies(modelOf(reply), [SECRET]));
    expect(JSON.stringify(shown)).not.toMatch(/canary|4711/);
    expect(shown).toEqual([
      { type: 'reasoning', text: 'I know ********' },
      text('It is '),
      { type: 'toolCall', index: 0, id: 'c', name: 'f', arguments: '{"key":"' },
      text('********.'),
      { type: 'toolCall', index: 0, arguments: '********"}' },
      FINISH,
    ]);
  });

  it('gives what it held back before the end, also when the reply breaks off', async () => {
    expect(await read(hideInReplies(modelOf([text('a can'), FINISH]), [SECRET]))).toEqual([
      text('a '),
      text('can'),
      FINISH,
    ]);
    const cut = new Error('cut');
    expect(await read(hideInReplies(modelOf([text('a can')], cut), [SECRET]))).toEqual([text('a '), text('can'), cut]);
  });

  it('is the model itself where there is nothing to hide but words', () => {
    const model = modelOf([]);
    expect(hideInReplies(model, [])).toBe(model);
    expect(hideInReplies(model, ['admin'])).toBe(model);
  });
});
