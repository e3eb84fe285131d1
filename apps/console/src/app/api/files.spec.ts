import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { Files } from './files.js';
import { Reach } from './reach.js';

const given = { fetch: globalThis.fetch, Response: globalThis.Response };
const never = new AbortController().signal;
let went: unknown[];

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** A server that gives one answer; without it, none. */
function open(reply?: Reply): Files {
  went = [];
  const answer = () => {
    const { status, text } = reply as Reply;
    const chunks = [{ done: false, value: new TextEncoder().encode(text) }, { done: true }];
    return {
      ...{ ok: status < 300, status, statusText: 'S', headers: new Map([['content-type', 'application/json']]) },
      ...{ text: async () => text, blob: async () => text },
      body: { getReader: () => ({ read: async () => chunks.shift() }) },
    };
  };
  globalThis.fetch = (async () => {
    if (!reply) throw new TypeError('Failed to fetch');
    return answer();
  }) as never;
  globalThis.Response = class {
    constructor() {
      return answer();
    }
  } as never;
  const router = { url: '/runs', navigate: async (...to: unknown[]) => went.push(to) };
  TestBed.resetTestingModule();
  TestBed.configureTestingModule({ providers: [{ provide: Router, useValue: router }] });
  return TestBed.inject(Files);
}

afterEach(() => void Object.assign(globalThis, given));

const ways: [string, (files: Files) => Promise<unknown>][] = [
  ['a value', (files) => files.json('/files/a')],
  ['a file', (files) => files.blob('/file', () => undefined, never)],
];

describe.each(ways)('%s', (_what, read) => {
  it.each<[string, Reply, string]>([
    ['a proxy that refuses', { status: 413, text: '<html>' }, 'api.refused'],
    ['a proxy that cannot reach the API', { status: 502, text: '<html>' }, 'api.away'],
    ['the API', { status: 404, text: '{"code":"file.missing","message":"No."}' }, 'file.missing'],
  ])('is kept away by %s', async (_who, reply, code) => {
    await expect(read(open(reply))).rejects.toMatchObject({ name: 'Problem', code });
    expect([TestBed.inject(Reach).isAway(), went]).toEqual([code === 'api.away', []]);
  });

  it('leads to the sign-in when the session is over', async () => {
    const over = { status: 401, text: '{"code":"auth.required","message":"Sign in first."}' };
    await expect(read(open(over))).rejects.toMatchObject({ code: 'auth.required' });
    expect(went).toEqual([[['/signin'], { queryParams: { to: '/runs' } }]]);
  });

  it('says that nobody is there', async () => {
    await expect(read(open())).rejects.toMatchObject({ code: 'api.away' });
    expect(TestBed.inject(Reach).isAway()).toBe(true);
  });
});

it('a page of somebody before the API is no value', async () => {
  await expect(open({ status: 200, text: '<html>' }).json('/a')).rejects.toMatchObject({ code: 'api.refused' });
});

it('what is there is read, and how much', async () => {
  expect(await open({ status: 200, text: '[1]' }).json('/a')).toEqual([1]);
  const bytes: number[] = [];
  const blob = await open({ status: 200, text: '[1]' }).blob('/a', (count) => bytes.push(count), never);
  expect([bytes, blob.size]).toEqual([[3], 3]);
});
