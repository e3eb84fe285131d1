import type { ChatDelta, ChatModel, ChatRequest } from '../chat-model.js';
import type { ScriptedRule } from './scripted-rule.js';

/** A model under test and the hands on its vendor's side. */
export interface ChatModelBench {
  readonly model: ChatModel;
  /** The vendor answers all further calls so. */
  respond(rule: ScriptedRule): void;
  /** The `Idempotency-Key` of each call that reached the vendor. */
  keys(): readonly (string | undefined)[];
  /** Resolves when the vendor holds a reply, as `holdAfter` of a rule asks. */
  waitForHeld(): Promise<void>;
  /** Resolves when the vendor has seen its client leave. */
  waitForAborted(): Promise<void>;
  close(): Promise<void>;
}

/** Registers the tests every chat model must pass. */
export function describeChatModelContract(name: string, open: () => Promise<ChatModelBench>): void {
  describe(`${name} as a chat model`, () => {
    let bench: ChatModelBench;
    const ask = (more: Partial<ChatRequest> = {}) =>
      bench.model.stream({
        mode: 'chat',
        messages: [{ role: 'user', content: 'Hello' }],
        parameters: {},
        idempotencyKey: 'step-1',
        signal: new AbortController().signal,
        ...more,
      });
    const collect = async (stream: AsyncIterable<ChatDelta>) => {
      const deltas: ChatDelta[] = [];
      for await (const delta of stream) deltas.push(delta);
      return deltas;
    };
    const texts = (deltas: readonly ChatDelta[], type: 'text' | 'reasoning') =>
      deltas.flatMap((delta) => (delta.type === type ? [delta.text] : []));

    beforeEach(async () => void (bench = await open()));
    afterEach(() => bench.close());

    it('streams the pieces in order, finishes once and reports the usage last', async () => {
      bench.respond({ reply: { text: ['Good', ' day', '!'], usage: { promptTokens: 11, completionTokens: 3 } } });
      const deltas = await collect(ask());
      expect(texts(deltas, 'text')).toEqual(['Good', ' day', '!']);
      expect(deltas.slice(3)).toEqual([
        { type: 'finish', reason: 'stop' },
        { type: 'usage', usage: { promptTokens: 11, completionTokens: 3, totalTokens: 14 } },
      ]);
    });

    it('reports no usage when the vendor reports none', async () => {
      bench.respond({ reply: { text: 'Hi', usage: null } });
      expect((await collect(ask())).at(-1)).toEqual({ type: 'finish', reason: 'stop' });
    });

    it.each([
      { promptTokens: -11, completionTokens: 3 },
      { promptTokens: 11, completionTokens: 1e12 },
      { promptTokens: 0, completionTokens: 0 },
    ])('B71 reports no usage that a call cannot have: %j', async (usage) => {
      bench.respond({ reply: { text: 'Hi', usage } });
      expect((await collect(ask())).at(-1)).toEqual({ type: 'finish', reason: 'stop' });
    });

    it('keeps reasoning apart from the text', async () => {
      bench.respond({ reply: { reasoning: ['Let me', ' see.'], text: ['42'] } });
      const deltas = await collect(ask());
      expect([texts(deltas, 'reasoning'), texts(deltas, 'text')]).toEqual([['Let me', ' see.'], ['42']]);
    });

    it('M4 hands over tool calls with the text of their arguments, valid or not', async () => {
      const toolCalls = [
        { id: 'c1', name: 'search', arguments: '{"q":"weather"}' },
        { id: 'c2', name: 'broken', arguments: '{"q":' },
      ];
      bench.respond({ reply: { toolCalls } });
      const tools = [{ name: 'search', description: 'Searches.', parameters: { type: 'object', properties: {} } }];
      const deltas = await collect(ask({ tools, toolChoice: 'auto' }));
      const calls: { id?: string; name?: string; arguments: string }[] = [];
      for (const delta of deltas) {
        if (delta.type !== 'toolCall') continue;
        const call = (calls[delta.index] ??= { arguments: '' });
        if (delta.id !== undefined) call.id = delta.id;
        if (delta.name !== undefined) call.name = delta.name;
        call.arguments += delta.arguments ?? '';
      }
      expect(calls).toEqual(toolCalls);
      expect(deltas.find(({ type }) => type === 'finish')).toEqual({ type: 'finish', reason: 'tool_calls' });
    });

    it.each(['length', 'content_filter'])(
      'M5 tells %s as the reason of an incomplete answer, as data',
      async (reason) => {
        bench.respond({ reply: { text: 'Half', finishReason: reason } });
        expect(await collect(ask())).toContainEqual({ type: 'finish', reason });
      },
    );

    it('sends the same idempotency key with every try', async () => {
      bench.respond({ reply: { text: 'Hi' } });
      await collect(ask());
      await collect(ask());
      expect(bench.keys()).toEqual(['step-1', 'step-1']);
    });

    it('does not call the vendor when it is aborted already', async () => {
      const reason = new Error('stopped by a person');
      await expect(collect(ask({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
      expect(bench.keys()).toEqual([]);
    });

    it.each([
      ['before the first token', 0],
      ['in the middle', 1],
    ])('ends with the reason when it is aborted %s, and hangs up', async (_name, holdAfter) => {
      bench.respond({ reply: { text: ['a', 'b'], holdAfter } });
      const abort = new AbortController();
      const reason = new Error('stopped by a person');
      const seen: ChatDelta[] = [];
      const asking = (async () => {
        for await (const delta of ask({ signal: abort.signal })) seen.push(delta);
      })();
      await bench.waitForHeld();
      abort.abort(reason);
      await expect(asking).rejects.toBe(reason);
      expect(texts(seen, 'text').length).toBeLessThanOrEqual(holdAfter);
      await bench.waitForAborted();
    });

    it('hangs up when its reader stops reading', async () => {
      bench.respond({ reply: { text: ['a', 'b'], holdAfter: 1 } });
      for await (const delta of ask()) {
        expect(delta).toEqual({ type: 'text', text: 'a' });
        break;
      }
      await bench.waitForAborted();
    });

    it.each([
      [401, 'model.unauthorized'],
      [403, 'model.unauthorized'],
      [404, 'model.notFound'],
      [429, 'model.rateLimited'],
      [422, 'model.badRequest'],
      [500, 'model.unavailable'],
      [503, 'model.unavailable'],
    ])('translates status %d to %s, in one call', async (status, code) => {
      bench.respond({ fault: { kind: 'status', status } });
      await expect(collect(ask())).rejects.toMatchObject({ code });
      expect(bench.keys()).toHaveLength(1);
    });

    it('M1 passes on how long a rate limit lasts', async () => {
      bench.respond({ fault: { kind: 'status', status: 429, retryAfter: 7 } });
      await expect(collect(ask())).rejects.toMatchObject({ code: 'model.rateLimited', retryAfterMs: 7000 });
    });

    it.each<[string, ScriptedRule, string]>([
      ['a connection that breaks off', { fault: { kind: 'cutStream', after: 2 } }, 'model.cutStream'],
      ['a stream that ends early', { fault: { kind: 'cutStream', after: 2, orderly: true } }, 'model.cutStream'],
      ['a line that is no JSON', { fault: { kind: 'brokenJson', after: 2 } }, 'model.brokenReply'],
    ])('M4 gives the text that came before %s', async (_name, rule, code) => {
      bench.respond({ ...rule, reply: { text: ['One', ' two', ' three'] } });
      const seen: ChatDelta[] = [];
      const asking = (async () => {
        for await (const delta of ask()) seen.push(delta);
      })();
      await expect(asking).rejects.toMatchObject({ code });
      expect(seen).toEqual([
        { type: 'text', text: 'One' },
        { type: 'text', text: ' two' },
      ]);
    });

    it('M4 refuses a reply without an answer', async () => {
      bench.respond({ fault: { kind: 'emptyChoices' } });
      await expect(collect(ask())).rejects.toMatchObject({ code: 'model.brokenReply' });
    });
  });
}
