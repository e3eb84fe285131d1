import type { ConversationId, RunId } from '@tenon/base';
import { modelErrors, objectErrors, secretErrors } from '../errors.js';
import type { ConversationMemory, Turn } from '../conversation-memory.js';
import type { ChatModel } from '../chat-model.js';
import type { LogFields, Logger } from '../logger.js';
import { normaliseProvider, type ModelDirectory } from '../model-directory.js';
import { isObjectKey, type ObjectStore } from '../object-store.js';
import type { RunFeed, TextChunk } from '../run-feed.js';
import type { SecretStore } from '../secret-store.js';

/** An object store in memory. */
export function createFakeObjectStore(): ObjectStore {
  const objects = new Map<string, Uint8Array>();
  const usedAt = new Map<string, number>();
  const check = (key: string) => {
    if (!isObjectKey(key)) throw objectErrors.invalidKey(`"${key}" is not a key of an object.`);
    return key;
  };
  return {
    put: async (key, bytes) => {
      objects.set(check(key), bytes.slice());
      usedAt.set(key, Date.now());
    },
    get: async (key) => {
      const bytes = objects.get(check(key));
      if (!bytes) throw objectErrors.missing(`There is no object ${key}.`);
      return bytes.slice();
    },
    has: async (key) => objects.has(check(key)),
    renew: async (key) => {
      if (objects.has(check(key))) usedAt.set(key, Date.now());
      return objects.has(key);
    },
    remove: async (key) => void objects.delete(check(key)),
    removeUnused: async (key, forMs) => Date.now() - (usedAt.get(check(key)) ?? 0) >= forMs && objects.delete(key),
    removeUnfinished: async () => 0,
    list: async (prefix, after = '', limit = 1000) =>
      [...objects.keys()]
        .filter((key) => key.startsWith(prefix) && key > after)
        .sort()
        .slice(0, limit),
  };
}

/** A feed that keeps what it is given. */
export interface FakeRunFeed extends RunFeed {
  readonly chunks: readonly TextChunk[];
  /** The text of one channel of a step, over all its chunks in order. Default channel `text`. */
  textOf(stepKey: string, channel?: string): string;
  /** Runs whose feed was flushed, in order. */
  readonly flushed: readonly RunId[];
}

/** A run feed in memory. */
export function createFakeRunFeed(): FakeRunFeed {
  const chunks: TextChunk[] = [];
  const flushed: RunId[] = [];
  return {
    chunks,
    flushed,
    append: (chunk) => void chunks.push(chunk),
    flush: async (runId) => void flushed.push(runId),
    textOf: (stepKey, channel = 'text') =>
      chunks.flatMap((chunk) => (chunk.stepKey === stepKey && chunk.channel === channel ? [chunk.text] : [])).join(''),
  };
}

/** A secret store in memory; ids are `secret-1`, `secret-2`, …. */
export function createFakeSecretStore(): SecretStore {
  const secrets = new Map<string, string>();
  let sealed = 0;
  return {
    seal: async (teamId, plain) => {
      const id = `secret-${++sealed}`;
      secrets.set(`${teamId}/${id}`, plain);
      return id;
    },
    open: async (teamId, secretId) => {
      const plain = secrets.get(`${teamId}/${secretId}`);
      if (plain === undefined) throw secretErrors.missing(`There is no secret ${secretId}.`);
      return plain;
    },
  };
}

/** A memory over the given turns, oldest first, by conversation. */
export function createFakeConversationMemory(
  turns: Readonly<Record<ConversationId, readonly Turn[]>> = {},
): ConversationMemory {
  return {
    listTurns: async (_teamId, conversationId, limit) => (limit > 0 ? (turns[conversationId] ?? []).slice(-limit) : []),
  };
}

/** A directory of the given models; `standIn` answers for models that are not among them. */
export function createFakeModelDirectory(models: readonly ChatModel[], standIn?: ChatModel): ModelDirectory {
  return {
    getChatModel: async (_teamId, { provider, name }) => {
      const wanted = normaliseProvider(provider);
      const model =
        models.find((other) => normaliseProvider(other.provider) === wanted && other.name === name) ?? standIn;
      if (!model) throw modelErrors.notConfigured(`No provider serves ${provider} ${name}.`);
      return model;
    },
  };
}

/** A line as a logger got it, with the fields of its parents. */
export interface FakeLogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: LogFields;
  readonly message: string;
}

/** A logger that keeps its lines and those of its children. */
export interface FakeLogger extends Logger {
  readonly lines: readonly FakeLogLine[];
}

/** A logger in memory. */
export function createFakeLogger(): FakeLogger {
  const lines: FakeLogLine[] = [];
  const build = (parent: LogFields): FakeLogger => {
    const write = (level: FakeLogLine['level']) => (fields: LogFields, message: string) =>
      void lines.push({ level, fields: { ...parent, ...fields }, message });
    return {
      lines,
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (fields) => build({ ...parent, ...fields }),
    };
  };
  return build({});
}
