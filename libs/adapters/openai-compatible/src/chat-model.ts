import type { CallLimits, ChatDelta, ChatModel, ChatRequest, Logger, ModelPrice } from '@tenon/ports';
import { modelErrors } from '@tenon/ports';
import OpenAI, { APIError } from 'openai';
import type { ModelEndpoint } from './endpoint.js';
import { Patience, type PatienceLimits } from './patience.js';
import { ReplyReader } from './reply-reader.js';
import { buildBody, isCompletion, type Limitation } from './request-body.js';
import { statusOf, toModelError, whoIs, type Asked } from './vendor-errors.js';

/** What one model of an endpoint needs. */
export interface ModelParts {
  readonly endpoint: ModelEndpoint;
  readonly name: string;
  readonly client: OpenAI;
  readonly limits: PatienceLimits;
  /** Of the text of one reply. */
  readonly maxReplyBytes: number;
  readonly callLimits?: CallLimits | undefined;
  readonly price?: ModelPrice | undefined;
  /** What this model was found not to take; grows. */
  readonly limitations: Set<Limitation>;
  readonly logger: Logger;
}

type Reply = { readonly stream: AsyncIterable<unknown>; readonly response: Response };

/** One model behind an endpoint. */
export class OpenAiCompatibleModel implements ChatModel {
  readonly provider: string;
  readonly name: string;
  readonly isLocal: boolean;
  readonly limits?: CallLimits;
  readonly price?: ModelPrice;
  private readonly asked: Asked;

  constructor(private readonly parts: ModelParts) {
    this.provider = parts.endpoint.provider;
    this.name = parts.name;
    this.isLocal = parts.endpoint.isLocal ?? false;
    if (parts.callLimits) this.limits = parts.callLimits;
    if (parts.price) this.price = parts.price;
    this.asked = { endpoint: parts.endpoint, model: parts.name };
  }

  async *stream(request: ChatRequest): AsyncGenerator<ChatDelta> {
    const who = whoIs(this.asked);
    const patience = new Patience(request.signal, this.parts.limits, who);
    const reader = new ReplyReader(who, this.parts.maxReplyBytes);
    try {
      const reply = await this.open(request, patience.signal);
      yield* this.readPieces(reply, reader, patience);
    } catch (error) {
      request.signal.throwIfAborted();
      if (!reader.isFinished) throw patience.signal.aborted ? patience.signal.reason : toModelError(error, this.asked);
      // the answer is whole: what got lost is at most its usage
      this.parts.logger.debug({ provider: this.provider, model: this.name }, 'connection lost after a whole answer');
    } finally {
      patience.end();
    }
    yield* reader.end();
  }

  /** Sends the request, again at once in another form as long as the server only refuses its form. */
  private async open(request: ChatRequest, signal: AbortSignal): Promise<Reply> {
    const { client, limitations, logger, name } = this.parts;
    const tried = new Set(limitations);
    for (;;) {
      const body = buildBody(name, request, tried);
      const options = { signal, headers: { 'Idempotency-Key': toHeaderValue(request.idempotencyKey) } };
      try {
        const call = isCompletion(request, tried)
          ? client.completions.create(body as never, options)
          : client.chat.completions.create(body as never, options);
        const { data, response } = await call.withResponse();
        for (const each of tried) limitations.add(each);
        return { stream: data as unknown as AsyncIterable<unknown>, response };
      } catch (error) {
        const limitation =
          error instanceof APIError ? findLimitation(error as APIError, request, body, tried) : undefined;
        if (limitation === undefined) throw error;
        logger.info({ provider: this.provider, model: name, limitation }, 'model asked again in another form');
        tried.add(limitation);
      }
    }
  }

  private async *readPieces({ stream, response }: Reply, reader: ReplyReader, patience: Patience) {
    const type = response.headers.get('content-type') ?? '';
    if (type.includes('text/html')) {
      const message = `${this.parts.endpoint.provider} answered with a web page; check that the base URL ends in /v1.`;
      throw modelErrors.brokenReply(message);
    }
    // some servers ignore `stream`
    const pieces = type.includes('application/json') ? wholeReply(response, reader) : stream;
    const iterator = pieces[Symbol.asyncIterator]();
    for (let next = await patience.next(iterator); !next.done; next = await patience.next(iterator)) {
      const deltas = reader.read(next.value);
      if (deltas.length > 0 || reader.isFinished) patience.onToken();
      yield* deltas;
    }
    // the client ends a stream without a word when its signal is aborted
    patience.signal.throwIfAborted();
  }
}

/** Ids of nodes, and so keys of steps, may hold any letter; headers may not. */
function toHeaderValue(key: string): string {
  return /^[\x20-\x7e]*$/.test(key) ? key : encodeURI(key);
}

async function* wholeReply(response: Response, reader: ReplyReader): AsyncGenerator<unknown> {
  const body = (await response.json()) as { error?: object };
  if (body?.error) throw new APIError(undefined, body.error, undefined, response.headers);
  yield body;
  reader.finishWhole();
}

/** What of the refused request the server does not take, if that can be told from its answer. */
function findLimitation(
  error: APIError,
  request: ChatRequest,
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<Limitation>,
): Limitation | undefined {
  const status = statusOf(error) ?? 0;
  const said = `${error.message} ${error.param ?? ''}`;
  if (
    isCompletion(request, known) &&
    (status === 404 || status === 405 || /chat model|chat\/completions/i.test(said))
  ) {
    return 'chatOnly';
  }
  if (status !== 400 && status !== 422) return undefined;
  if ('max_tokens' in body && said.includes('max_completion_tokens')) return 'maxCompletionTokens';
  if ('stream_options' in body && said.includes('stream_options')) return 'noStreamOptions';
  if ('response_format' in body && /response_?format|json_schema|schema|structured/i.test(said)) return 'noReplySchema';
  return undefined;
}
