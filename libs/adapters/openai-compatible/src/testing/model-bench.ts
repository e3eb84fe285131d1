import { isTenonError, type JsonObject, type TenonError } from '@tenon/base';
import type { ChatDelta, ChatRequest } from '@tenon/ports';
import {
  createFakeLogger,
  startScriptedModel,
  type FakeLogger,
  type ScriptedModel,
  type ScriptedModelOptions,
} from '@tenon/ports/testing';
import { buildConnector } from 'undici';
import type { ModelEndpoint } from '../endpoint.js';
import { createOpenAiCompatibleModels, type OpenAiCompatibleConfig, type OpenAiCompatibleModels } from '../models.js';

/** The guard of addresses is another adapter's. */
export const connectAnywhere = buildConnector({});

/** The key the bench's server asks for. */
export const KEY = 'sk-very-secret-0123456789';

/** The adapter in front of a scripted server, as provider `acme` with the model `m-1`. */
export class ModelBench {
  /** What a reader got of the last answer. */
  seen: ChatDelta[] = [];

  private constructor(
    readonly server: ScriptedModel,
    readonly models: OpenAiCompatibleModels,
    readonly logger: FakeLogger,
  ) {}

  static async start(
    options: ScriptedModelOptions = {},
    config: Partial<OpenAiCompatibleConfig> = {},
  ): Promise<ModelBench> {
    const logger = createFakeLogger();
    const server = await startScriptedModel({ apiKey: KEY, ...options });
    return new ModelBench(
      server,
      createOpenAiCompatibleModels({ connect: connectAnywhere, ...config }, logger),
      logger,
    );
  }

  endpoint(more: Partial<ModelEndpoint> = {}): ModelEndpoint {
    return { provider: 'acme', baseUrl: this.server.baseUrl, apiKey: KEY, ...more };
  }

  /** Asks and reads to the end. */
  async ask(more: Partial<ChatRequest> = {}, endpoint = this.endpoint()): Promise<readonly ChatDelta[]> {
    const seen: ChatDelta[] = [];
    this.seen = seen;
    const model = this.models.getChatModel(endpoint, 'm-1');
    for await (const delta of model.stream({ ...buildChatRequest(), ...more })) seen.push(delta);
    return seen;
  }

  /** Asks for an error; anything else is thrown. */
  async fail(more: Partial<ChatRequest> = {}, endpoint = this.endpoint()): Promise<TenonError> {
    const outcome: unknown = await this.ask(more, endpoint).catch((error: unknown) => error);
    if (!isTenonError(outcome)) throw new Error('The call did not fail as it should.', { cause: outcome });
    return outcome;
  }

  /** Body of the n-th call, from 0. */
  body(call = 0): JsonObject {
    return this.server.calls()[call]?.body ?? {};
  }

  async close(): Promise<void> {
    await this.models.close();
    await this.server.close();
  }
}

/** A greeting. */
export function buildChatRequest(): ChatRequest {
  return {
    mode: 'chat',
    messages: [{ role: 'user', content: 'Hello' }],
    parameters: {},
    idempotencyKey: 'step-1',
    signal: new AbortController().signal,
  };
}

/** The text of an answer. */
export function textOf(deltas: readonly ChatDelta[]): string {
  return deltas.map((delta) => (delta.type === 'text' ? delta.text : '')).join('');
}
