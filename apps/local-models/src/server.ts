import { isTenonError } from '@tenon/base';
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { serveChat } from './chat-endpoint.js';
import { CONTEXT_TOKENS, PARALLEL_REPLIES } from './engine.js';
import { EngineHolder, type LoadEngine } from './engine-holder.js';
import { chatErrors, pullErrors, serverErrors } from './errors.js';
import { readJson, sendError, sendJson } from './http-reply.js';
import { models, type ModelManifest } from './manifest.js';
import { findModelFile, listPresent, type ModelFolders } from './model-files.js';
import type { PullJob, PullStatus } from './pull-job.js';
import { TurnQueue } from './turn-queue.js';

export interface ModelServerOptions {
  readonly folders: ModelFolders;
  readonly loadEngine: LoadEngine;
  readonly pull: PullJob;
  /** What callers must show as bearer token. */
  readonly token: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** After this long without a request a loaded model's memory is given back. */
  readonly idleMs?: number;
  /** How long a stream is silent before it says that it lives. */
  readonly pingMs?: number;
}

const IDLE_MS = 15 * 60_000;
const PING_MS = 5_000;
const QUEUE_CAPACITY = 16;
const RETRY_AFTER_MS = 10_000;

const pullRequestSchema = z.looseObject({ model: z.string().optional() }).optional();

/** Serves the models of this computer to this computer: an OpenAI-compatible subset, and the pull of their files. */
export class ModelServer {
  private readonly engines: EngineHolder;
  private readonly queue = new TurnQueue({
    parallel: PARALLEL_REPLIES,
    capacity: QUEUE_CAPACITY,
    retryAfterMs: RETRY_AFTER_MS,
  });
  private readonly http: Server;
  private readonly tokenHash: Buffer;

  constructor(private readonly options: ModelServerOptions) {
    this.engines = new EngineHolder(options.loadEngine, options.idleMs ?? IDLE_MS);
    this.tokenHash = sha256(options.token);
    this.http = createServer((request, response) => void this.serve(request, response));
  }

  /** Listens on the loopback address. Resolves to the port. */
  async listen(): Promise<number> {
    this.http.listen(this.options.port, '127.0.0.1');
    await once(this.http, 'listening');
    return (this.http.address() as AddressInfo).port;
  }

  /** Ends answers under way and the pull, and gives the memory back. */
  async close(): Promise<void> {
    this.http.close();
    this.http.closeAllConnections();
    await this.options.pull.stop();
    await this.queue.drained();
    await this.engines.unload();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.authenticate(request);
      await this.route(request, response);
    } catch (error) {
      if (!isTenonError(error)) this.options.log({ error, path: request.url }, 'request failed unexpectedly');
      sendError(response, error);
    }
  }

  private authenticate({ headers }: IncomingMessage): void {
    const [, shown] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
    if (shown === undefined || !timingSafeEqual(sha256(shown), this.tokenHash)) {
      throw serverErrors.invalid_api_key('Show the token of this process as "Authorization: Bearer …".');
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0];
    switch (`${request.method} ${path}`) {
      case 'GET /health':
        return sendJson(response, 200, this.health());
      case 'GET /v1/models':
        return sendJson(response, 200, this.listModels());
      case 'GET /pull':
        return sendJson(response, 200, this.pullStatus());
      case 'POST /pull':
        return sendJson(response, 202, await this.startPull(request));
      case 'POST /v1/chat/completions':
        return serveChat(request, response, {
          queue: this.queue,
          engines: this.engines,
          findModel: (id) => this.findModel(id),
          log: this.options.log,
          pingMs: this.options.pingMs ?? PING_MS,
        });
      default:
        throw serverErrors.unknown_url(`There is no ${request.method} ${path} here.`);
    }
  }

  private findModel(id: string): ModelManifest {
    const model = models.find((candidate) => candidate.id === id);
    if (!model) {
      const known = models.map((candidate) => candidate.id).join(' or ');
      throw chatErrors.model_not_found(`There is no model "${id}" here: use ${known}.`, {
        details: { param: 'model' },
      });
    }
    if (findModelFile(model, this.options.folders)) return model;
    const pull = this.pullStatus();
    throw chatErrors.model_not_ready(
      pull.model === id && (pull.state === 'downloading' || pull.state === 'verifying')
        ? `${model.name} is being downloaded: ${pull.receivedBytes} of ${pull.totalBytes} bytes are here.`
        : `${model.name} is not on this computer yet: fetch it with "tenon models pull".`,
      { details: { param: 'model' } },
    );
  }

  private listModels(): object {
    const present = listPresent(this.options.folders);
    const data = present.map((model) => ({
      id: model.id,
      object: 'model',
      created: Math.floor(fs.statSync(findModelFile(model, this.options.folders) as string).mtimeMs / 1000),
      owned_by: 'local',
      name: model.name,
      context_length: CONTEXT_TOKENS,
      license: model.license,
      quantization: model.quantization,
      sha256: model.sha256,
    }));
    return { object: 'list', data };
  }

  private health(): object {
    const load = this.engines.state;
    const hasModel = listPresent(this.options.folders).length > 0;
    return {
      status: load.state === 'loading' || load.state === 'failed' ? load.state : hasModel ? 'ready' : 'absent',
      model: 'model' in load ? { ...load, model: load.model.id } : load,
      queue: this.queue.size,
      memoryBytes: process.memoryUsage.rss(),
      pull: this.pullStatus(),
    };
  }

  private pullStatus(): PullStatus {
    const status = this.options.pull.status();
    return status.state === 'ready' && this.engines.state.state === 'loading'
      ? { ...status, state: 'loading' }
      : status;
  }

  private async startPull(request: IncomingMessage): Promise<PullStatus> {
    const body = pullRequestSchema.safeParse(await readJson(request));
    if (!body.success) throw pullErrors.unknownModel('The model to pull must be named by a text.');
    return this.options.pull.start(body.data?.model);
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
