import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import type { ConfigIssue, NodeDefinition, Reference } from '@tenon/compiler';
import type { Selector } from '@tenon/engine';
import { z } from 'zod';
import { headerIssues, oneHeaderIssues, urlIssues } from '../config/http-text.js';
import { listOf, optionalNumber, text } from '../config/scalar.js';
import { optionalSelector, refersTo, templateRefersTo } from '../config/selector.js';

/** Default time-outs in seconds, which are also the longest an author may set. */
const MAX_TIMEOUT_S = { connect: 10, read: 600, write: 600 };
/** Requests that only read and end within this many milliseconds are tried without an activity of their own. */
const SHORT_MS = 4_000;

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const;
const bodyTypes = ['none', 'form-data', 'x-www-form-urlencoded', 'raw-text', 'json', 'binary'] as const;

const apiKey = z.object({ type: z.enum(['basic', 'bearer', 'custom']), api_key: text, header: text });
const bodyItem = z.object({
  key: text,
  type: z.enum(['text', 'file']).default('text'),
  value: text,
  file: optionalSelector,
});
const config = z.object({
  method: z
    .string()
    .default('get')
    .transform((method) => method.toLowerCase())
    .pipe(z.enum(methods)),
  url: text,
  authorization: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('no-auth') }),
      z.object({ type: z.literal('api-key'), config: apiKey }),
    ])
    .nullish(),
  headers: text,
  params: text,
  body: z.object({ type: z.enum(bodyTypes), data: listOf(bodyItem) }).nullish(),
  timeout: z.object({ connect: optionalNumber, read: optionalNumber, write: optionalNumber }).nullish(),
  ssl_verify: z
    .boolean()
    .nullish()
    .transform((verify) => verify ?? true),
});
type Config = z.output<typeof config>;

/** A field of a body: text is a template, a file is what its selector gives. */
export type BodyItem = {
  readonly key: string;
  readonly type: 'text' | 'file';
  readonly value: string;
  readonly file: Selector | null;
};

/** A web request whose texts are still templates. Times are in milliseconds. */
export type HttpInstruction = {
  readonly method: (typeof methods)[number];
  readonly url: string;
  /** Lines of `name: value`. */
  readonly headers: string;
  readonly params: string;
  readonly authorization: {
    readonly type: 'basic' | 'bearer' | 'custom';
    readonly key: string;
    readonly header: string;
  } | null;
  readonly body: { readonly type: (typeof bodyTypes)[number]; readonly items: readonly BodyItem[] };
  readonly timeouts: { readonly connectMs: number; readonly readMs: number; readonly totalMs: number };
  readonly verifyTls: boolean;
  /** A status other than 2xx is a failure, because the author has said what is to follow one. */
  readonly failsOnStatus: boolean;
};

/** `http-request`: calls a web address. */
export const definition: NodeDefinition<Config> = {
  type: 'http-request',
  version: 1,
  honoursRetry: true,
  config,
  upgrade: liftBody,
  exits: () => ['source'],
  outputs: () => ({ status_code: 'number', body: 'string', headers: 'object', files: 'array[file]' }),
  references({ url, headers, params, authorization, body }): Reference[] {
    return [
      ...templateRefersTo(url, 'url'),
      ...templateRefersTo(headers, 'headers'),
      ...templateRefersTo(params, 'params'),
      ...(authorization?.type === 'api-key' ? authorizationRefersTo(authorization.config) : []),
      ...(body?.data ?? []).flatMap((item, index) => itemRefersTo(item, index)),
    ];
  },
  check: ({ url, headers, authorization }) => [
    ...urlIssues(url, 'url'),
    ...headerIssues(headers, 'headers'),
    ...(authorization?.type === 'api-key' ? keyIssues(authorization.config) : []),
  ],
  lower(settings, { handlesFailure }) {
    const { method, url, headers, params, authorization, body, ssl_verify } = settings;
    const timeouts = timeoutsOf(settings);
    const key = authorization?.type === 'api-key' ? authorization.config : null;
    const instruction: HttpInstruction = {
      method,
      url,
      headers,
      params,
      authorization: key && { type: key.type, key: key.api_key, header: key.header },
      body: { type: body?.type ?? 'none', items: body?.data ?? [] },
      timeouts,
      verifyTls: ssl_verify,
      failsOnStatus: handlesFailure,
    };
    const isShort = readsOnly(method) && timeouts.totalMs <= SHORT_MS;
    return {
      instruction: {
        kind: 'activity',
        config: instruction,
        weight: isShort ? 'short' : 'long',
        timeoutMs: timeouts.totalMs,
      },
    };
  },
};

function readsOnly(method: Config['method']): boolean {
  return method === 'get' || method === 'head';
}

function timeoutsOf({ method, timeout }: Config): HttpInstruction['timeouts'] {
  const limit = (name: keyof typeof MAX_TIMEOUT_S) => {
    const seconds = timeout?.[name] || MAX_TIMEOUT_S[name];
    return Math.round(Math.min(Math.max(seconds, 0.001), MAX_TIMEOUT_S[name]) * 1000);
  };
  const connectMs = limit('connect');
  const readMs = limit('read');
  return { connectMs, readMs, totalMs: connectMs + readMs + (readsOnly(method) ? 0 : limit('write')) };
}

function keyIssues({ api_key: key, header }: z.output<typeof apiKey>): ConfigIssue[] {
  return oneHeaderIssues(header.trim() || 'Authorization', key.trim(), 'authorization', 'config');
}

function authorizationRefersTo({ api_key, header }: z.output<typeof apiKey>): Reference[] {
  return [
    ...templateRefersTo(api_key, 'authorization', 'config', 'api_key'),
    ...templateRefersTo(header, 'authorization', 'config', 'header'),
  ];
}

function itemRefersTo({ type, key, value, file }: BodyItem, index: number): Reference[] {
  return [
    ...templateRefersTo(key, 'body', 'data', index, 'key'),
    ...(type === 'file'
      ? refersTo(file, 'body', 'data', index, 'file')
      : templateRefersTo(value, 'body', 'data', index, 'value')),
  ];
}

/** Older files write the body's data as one text: a field per line for forms, else the one text that is sent. */
function liftBody(data: JsonObject): JsonObject {
  const { body } = data;
  if (!isJsonObject(body) || typeof body['data'] !== 'string') return data;
  return { ...data, body: { ...body, data: itemsOf(body['type'], body['data']) } };
}

function itemsOf(type: Json | undefined, written: string): Json[] {
  if (written === '') return [];
  if (type !== 'form-data' && type !== 'x-www-form-urlencoded') return [{ type: 'text', key: '', value: written }];
  return written.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    const key = (colon < 0 ? line : line.slice(0, colon)).trim();
    return key === '' ? [] : [{ type: 'text', key, value: colon < 0 ? '' : line.slice(colon + 1).trim() }];
  });
}
