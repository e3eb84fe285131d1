import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ChatEngine, Generation } from '../engine.js';
import { models, type ModelManifest } from '../manifest.js';
import { PullJob } from '../pull-job.js';
import { ModelServer, type ModelServerOptions } from '../server.js';
import { StubEngine, type Script } from './stub-engine.js';
import { FakePip } from './synthetic-model.js';

export const TOKEN = 'a-token-of-the-test';
export const [big, small] = models as readonly [ModelManifest, ModelManifest];

/** What `GET /health` answers. */
export interface Health {
  readonly status: string;
  readonly model: { readonly state: string; readonly model?: string; readonly error?: string };
  readonly queue: { readonly active: number; readonly waiting: number };
  readonly pull: { readonly state: string; readonly model: string | null; readonly error?: string };
}

const cleanups: (() => unknown)[] = [];

/** Stops every server that was started; for `afterEach`. */
export async function stopServers(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** A server whose model files have the right size and no content: nothing reads them. */
export async function startServer(script: Script, more: Partial<ModelServerOptions> = {}, present = [small]) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tenon-serve-'));
  cleanups.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  for (const { fileName, bytes } of present) {
    fs.writeFileSync(path.join(folder, fileName), '');
    fs.truncateSync(path.join(folder, fileName), bytes);
  }
  const pip = new FakePip(path.join(folder, 'pip'));
  const folders = { cache: folder };
  const log = jest.fn();
  const engines: StubEngine[] = [];
  const loadEngine = async (): Promise<ChatEngine> => {
    const engine = new StubEngine(script);
    engines.push(engine);
    return engine;
  };
  const pull = new PullJob({ folders, env: pip.env }, log);
  const server = new ModelServer({ folders, loadEngine, pull, token: TOKEN, port: 0, log, ...more });
  const url = `http://127.0.0.1:${await server.listen()}`;
  cleanups.push(() => server.close());
  const call = (target: string, init: RequestInit = {}) =>
    fetch(url + target, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } });
  const chat = (body: object, signal?: AbortSignal) =>
    call('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ model: small.id, messages: [{ role: 'user', content: 'Hi there' }], ...body }),
      ...(signal ? { signal } : {}),
    });
  const health = async () => (await (await call('/health')).json()) as Health;
  return { url, folder, pip, engines, log, server, call, chat, health };
}

/** Polls until the condition holds, for ten seconds at most. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A script whose replies are let go one by one; an aborted one ends with its reason. */
export function gated(reply = 'done') {
  const open: (() => void)[] = [];
  const script: Script = ({ signal }: Generation) =>
    new Promise((resolve, reject) => {
      open.push(() => resolve(reply));
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  return { script, open };
}

/** Status and error of an answer in the form of the OpenAI interface. */
export async function errorOf(response: Response) {
  const { error } = (await response.json()) as {
    error: { code: string; message: string; param: string | null; type: string };
  };
  return { status: response.status, ...error };
}

/** A part of a streamed answer, as far as specs look at it. */
export interface Chunk {
  readonly id: string;
  readonly choices: { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[];
  readonly usage?: object;
}

/** The parts of a stream, its comments left out. Throws unless it ends as it should. */
export async function chunksOf(response: Response): Promise<Chunk[]> {
  const lines = (await response.text()).split('\n\n').filter((line) => line.startsWith('data: '));
  if (lines.pop() !== 'data: [DONE]') throw new Error('the stream does not end with [DONE]');
  return lines.map((line) => JSON.parse(line.slice(6)) as Chunk);
}
