import { isTenonError } from '@tenon/base';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { callsDelta, chunk, completion, newAnswerHead, usageChunk, type AnswerHead } from './chat-format.js';
import { parseChatRequest, type ChatCall } from './chat-request.js';
import { answer, type Answer } from './chat-turn.js';
import type { EngineHolder } from './engine-holder.js';
import { EventStream, readJson, sendJson } from './http-reply.js';
import type { ModelManifest } from './manifest.js';
import type { TurnQueue } from './turn-queue.js';

/** What the endpoint needs of the process. */
export interface ChatEndpointOptions {
  readonly queue: TurnQueue;
  readonly engines: EngineHolder;
  /** The model of that id if its file is here. Throws chat.model_not_found, chat.model_not_ready. */
  readonly findModel: (id: string) => ModelManifest;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** A stream that has waited this long begins with comments, so that its reader does not give up. */
  readonly pingMs: number;
}

/** Answers `POST /v1/chat/completions`. A caller that leaves ends the work at once. */
export async function serveChat(
  request: IncomingMessage,
  response: ServerResponse,
  options: ChatEndpointOptions,
): Promise<void> {
  const call = parseChatRequest(await readJson(request));
  const model = options.findModel(call.model);
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the caller left'));
  });
  try {
    if (call.stream) await streamAnswer(response, call, model, gone.signal, options);
    else {
      const result = await takeTurn(call, model, gone.signal, options, () => {});
      sendJson(response, 200, completion(newAnswerHead(model.id), result));
    }
  } catch (error) {
    // Nobody is there to be told.
    if (!gone.signal.aborted) throw error;
    options.log({ model: model.id }, 'caller left before the answer');
  }
}

async function takeTurn(
  call: ChatCall,
  model: ModelManifest,
  signal: AbortSignal,
  { queue, engines, log }: ChatEndpointOptions,
  onText: (text: string) => void,
): Promise<Answer> {
  const askedAt = Date.now();
  const leave = await queue.enter({ model: model.id, isAlone: call.isDeterministic, signal });
  try {
    const engine = await Promise.race([engines.use(model), rejectOnAbort(signal)]);
    const startedAt = Date.now();
    const result = await answer(engine, call, signal, onText);
    const { usage, finishReason } = result;
    log(
      { model: model.id, ...usage, finishReason, waitMs: startedAt - askedAt, ms: Date.now() - startedAt },
      'answered',
    );
    return result;
  } finally {
    engines.done();
    leave();
  }
}

/** Loading cannot be cut short and serves the next caller too, but who leaves meanwhile gives up the turn at once. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason as Error);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

async function streamAnswer(
  response: ServerResponse,
  call: ChatCall,
  model: ModelManifest,
  signal: AbortSignal,
  options: ChatEndpointOptions,
): Promise<void> {
  const head = newAnswerHead(model.id);
  const stream = new EventStream(response);
  const text = new TextChunks(stream, head);
  const pings = setInterval(() => stream.ping(), options.pingMs);
  try {
    const result = await takeTurn(call, model, signal, options, (part) => text.send(part));
    text.begin();
    if (result.calls.length > 0) stream.send(chunk(head, callsDelta(result.calls)));
    stream.send(chunk(head, {}, result.finishReason));
    if (call.includeUsage) stream.send(usageChunk(head, result));
    stream.end();
  } catch (error) {
    if (signal.aborted || !stream.isOpen) throw error;
    stream.fail(isTenonError(error) ? error : undefined);
    if (!isTenonError(error)) options.log({ error }, 'a stream was cut by an unexpected error');
  } finally {
    clearInterval(pings);
  }
}

class TextChunks {
  private hasBegun = false;

  constructor(
    private readonly stream: EventStream,
    private readonly head: AnswerHead,
  ) {}

  begin(): void {
    if (!this.hasBegun) this.stream.send(chunk(this.head, { role: 'assistant', content: '' }));
    this.hasBegun = true;
  }

  send(content: string): void {
    this.begin();
    this.stream.send(chunk(this.head, { content }));
  }
}
