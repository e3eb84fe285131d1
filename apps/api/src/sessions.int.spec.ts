import { createClient, type Client } from 'graphql-ws';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import { appNamed, START, startApiBench, type ApiBench } from './testing/api-bench.js';

const PASSWORD = 'correct horse battery';
const HOUR_MS = 3_600_000;
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }';

let bench: ApiBench;
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});
afterAll(() => bench.close());

/** Signs the owner in and gives the cookie. */
async function signIn(password = PASSWORD): Promise<string> {
  const { headers } = await bench.nobody.post(SIGN_IN, { input: { email: 'owner@tenon.local', password } });
  return headers.get('set-cookie')?.split(';')[0] as string;
}

const asOwner = (cookie: string, document: string, variables: object = {}) =>
  bench.nobody.post(document, variables, { cookie });

/** A socket of the session of a cookie; `closed` is the code that ended it. */
async function connect(cookie: string) {
  class SocketOfPage extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers: { cookie } });
    }
  }
  let tellClosed: (code: number) => void;
  const closed = new Promise<number>((resolve) => (tellClosed = resolve));
  let tellOpen: () => void;
  const open = new Promise<void>((resolve) => (tellOpen = resolve));
  const client = createClient({
    url: `${bench.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: SocketOfPage,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => undefined,
    on: { connected: () => tellOpen(), closed: (event) => tellClosed((event as { code: number }).code) },
  });
  clients.push(client);
  await open;
  return { client, closed };
}

/** A run that waits for a worker, so that following it gives nothing and does not end. */
async function startRun(): Promise<string> {
  const app = await appNamed(bench, 'Chatbot');
  const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'watched' } });
  return startRun.run.id as string;
}

const follow = (client: Client, runId: string) =>
  client.iterate({ query: `subscription { runEvents(runId: "${runId}", afterSeq: 0) { __typename } }` });

async function untilWatched(runId: string): Promise<void> {
  while (!bench.watching(runId)) await new Promise((resolve) => setImmediate(resolve));
}

const stillOpen = (closed: Promise<number>) => Promise.race([closed, delay(0, 'open')]);

describe('a socket', () => {
  beforeAll(async () => {
    bench = await startApiBench({}, { times: { freshMs: 0, recheckMs: HOUR_MS } });
  }, 60_000);

  it('closes with its session, with every subscription on it, before the answer to signing out', async () => {
    const [mine, other] = [await signIn(), await signIn()];
    const [left, kept] = [await connect(mine), await connect(other)];
    const runId = await startRun();
    const following = follow(left.client, runId).next();
    await untilWatched(runId);
    await asOwner(mine, 'mutation { signOut { errors { code } } }');
    expect(await left.closed).toBe(4403);
    await expect(following).rejects.toMatchObject({ code: 4403 });
    while (bench.watching(runId)) await new Promise((resolve) => setImmediate(resolve));
    void follow(kept.client, runId).next();
    await untilWatched(runId);
    expect(await stillOpen(kept.closed)).toBe('open');
  }, 20_000);

  it('begins nothing on a session that another process has ended', async () => {
    const { client, closed } = await connect(await signIn());
    const runId = await startRun();
    await bench.database.rows(`delete from session where kind = 'browser'`);
    await expect(follow(client, runId).next()).rejects.toBeDefined();
    expect(await closed).toBe(4403);
    expect(bench.watching(runId)).toBe(false);
  }, 20_000);

  it('closes when its password is changed elsewhere or reset', async () => {
    const [mine, other] = [await signIn(), await signIn()];
    const [kept, left] = [await connect(mine), await connect(other)];
    const CHANGE = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { errors { code } } }';
    const { body } = await asOwner(mine, CHANGE, { input: { current: PASSWORD, next: 'another horse battery' } });
    expect(body.data.changePassword.errors).toEqual([]);
    expect(await left.closed).toBe(4403);
    expect(await stillOpen(kept.closed)).toBe('open');
    await bench.owner.ask('mutation { resetOwnerPassword { errors { code } } }');
    expect(await kept.closed).toBe(4403);
  }, 20_000);
});

describe('a socket on which nothing is begun', () => {
  beforeAll(async () => {
    await bench.close();
    bench = await startApiBench({}, { times: { freshMs: HOUR_MS, recheckMs: 50 } });
  }, 60_000);

  it('closes when another process has ended its session', async () => {
    const { client, closed } = await connect(await signIn());
    const runId = await startRun();
    const following = follow(client, runId).next();
    await untilWatched(runId);
    await bench.database.rows(`delete from session where kind = 'browser'`);
    expect(await closed).toBe(4403);
    await expect(following).rejects.toMatchObject({ code: 4403 });
  }, 20_000);
});

describe('a socket that connects while the database is away', () => {
  beforeAll(async () => {
    await bench.close();
    bench = await startApiBench();
  }, 60_000);

  it('is asked to come again, and let in when the database is back', async () => {
    const refusals: number[] = [];
    const runId = await startRun();
    await bench.test.postgres.kill();
    const client = createClient({
      url: `${bench.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${bench.owner.token}` },
      retryAttempts: 50,
      retryWait: () => delay(100),
      on: { closed: (event) => refusals.push((event as { code: number }).code) },
    });
    clients.push(client);
    const following = follow(client, runId).next();
    following.catch(() => undefined); // ends with its client
    while (refusals.length < 2) await delay(10);
    await bench.test.postgres.restart();
    await untilWatched(runId);
    expect(new Set(refusals)).toEqual(new Set([1013]));
  }, 30_000);
});
