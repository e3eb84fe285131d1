import { MemberRepository } from '@tenon/database';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { appNamed, PASSWORD, START, startApiBench, type ApiBench } from '../testing/api-bench.js';
import { requestText, sendRaw } from '../testing/raw-request.js';

const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { viewer { email } errors { code } } }';
const CHANGE = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { errors { code } } }';
const VIEWER = JSON.stringify({ query: '{ viewer { email } }' });
const JSON_TYPE = 'content-type: application/json';

let bench: ApiBench;
let teamId: string;
beforeAll(async () => {
  bench = await startApiBench();
  teamId = (await bench.owner.ask('{ viewer { team { id } } }')).viewer.team.id;
}, 60_000);
afterAll(() => bench.close());

async function signIn(email: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await bench.nobody.post(SIGN_IN, { input: { email, password: PASSWORD } }, headers);
  return answer.headers.get('set-cookie')?.split(';')[0] as string;
}

const viewerOf = async (headers: Record<string, string>) => {
  const { body } = await bench.nobody.post('{ viewer { email } }', {}, headers);
  return (body.data?.viewer?.email ?? null) as string | null;
};

describe('a token', () => {
  it.each([
    ['B07 that is no token', `Bearer ${'x'.repeat(48)}`],
    ['B07 without a signature', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJvd25lciJ9.'],
    ['B07 that is empty', 'Bearer '],
    ['B07 that is long', `Bearer ${'x'.repeat(8_000)}`],
  ])('%s is nobody’s', async (_what, authorization) => {
    const { status, body } = await bench.nobody.post('{ apps { edges { cursor } } }', {}, { authorization });
    expect([status, body.errors[0].extensions]).toMatchObject([200, { code: 'FORBIDDEN', reason: 'auth.required' }]);
    const file = await fetch(`${bench.url}/api/import`, { method: 'POST', headers: { authorization } });
    expect([file.status, await file.json()]).toMatchObject([401, { code: 'auth.required', message: 'Sign in first.' }]);
  });

  it('B07 of a megabyte is not read', async () => {
    // it is refused by its beginning: what is still being sent could take the answer with it
    const head = `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${'x'.repeat(32 * 1024)}`;
    expect(await sendRaw(bench.url, head).answer).toMatch(/^HTTP\/1.1 431 /);
  });

  it('B07 of a member who was removed is nobody’s', async () => {
    const member = await bench.join(teamId, 'member');
    expect(await viewerOf({ authorization: `Bearer ${member.token}` })).toBe(member.email);
    await bench.database.rows('delete from member where email = $1', [member.email]);
    expect(await viewerOf({ authorization: `Bearer ${member.token}` })).toBeNull();
  });

  it('B11 has no cookie step in for it, and no second header', async () => {
    const { email } = await bench.join(teamId, 'member');
    const cookie = await signIn(email);
    expect(await viewerOf({ cookie })).toBe(email);
    expect(await viewerOf({ cookie, authorization: `Bearer ${'x'.repeat(48)}` })).toBeNull();
    const both = [`authorization: Bearer ${bench.owner.token}`, `authorization: Bearer ${bench.stranger.token}`];
    const { answer } = sendRaw(bench.url, requestText('POST /graphql', [JSON_TYPE, ...both], VIEWER));
    expect(await answer).toMatch(/^HTTP\/1.1 400 [^]*auth\.ambiguous/);
  });

  it('B11 is not made up for by what a proxy might say', async () => {
    const forwarded = { 'x-forwarded-user': 'owner@tenon.local', 'x-remote-user': 'owner@tenon.local' };
    expect(await viewerOf(forwarded)).toBeNull();
  });
});

describe('the address of a caller', () => {
  const tryFrom = async (url: string, address: string) => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({ query: SIGN_IN, variables: { input: { email: `${address}@x.test`, password: 'wrong' } } }),
    });
    return answer.status;
  };

  it('B11 is what a proxy says only where that is trusted', async () => {
    const [plain, trusting] = [await startApiBench(), await startApiBench({ TENON_TRUSTED_PROXIES: '127.0.0.1' })];
    try {
      const lastOf = async (url: string, network: string) => {
        const last: number[] = [];
        for (let n = 0; n < 51; n++) last.push(await tryFrom(url, `${network}${n}`));
        return last.at(-1);
      };
      expect(await lastOf(plain.url, '10.0.0.')).toBe(429);
      expect(await lastOf(trusting.url, '10.0.0.')).toBe(200);
      // whoever has a network of version 6 has as many addresses as they like
      expect(await lastOf(trusting.url, '2001:db8::')).toBe(429);
      expect(await tryFrom(trusting.url, '2001:db8:0:1::')).toBe(200);
    } finally {
      await Promise.all([plain.close(), trusting.close()]);
    }
  }, 60_000);
});

describe('a cookie', () => {
  const OF_OTHERS = ['https://evil.example', 'null', 'http://127.0.0.1', 'http://127.0.0.1.evil.example'];

  it.each([
    ['application/json', JSON.stringify({ query: 'mutation { signOut { errors { code } } }' })],
    ['text/plain', '{"query":"mutation { signOut { errors { code } } }"}'],
    ['application/x-www-form-urlencoded', 'query=mutation+%7B+signOut+%7B+errors+%7B+code+%7D+%7D+%7D'],
    ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n{}\r\n--x--'],
  ])('B08 of ours does nothing for pages of others that send %s', async (type, body) => {
    const { email } = await bench.join(teamId, 'member');
    const cookie = await signIn(email);
    for (const origin of [...OF_OTHERS, `${bench.url}.evil.example`]) {
      const headers = { 'content-type': type, cookie, origin };
      const { status } = await fetch(`${bench.url}/graphql`, { method: 'POST', headers, body });
      expect([origin, status >= 400]).toEqual([origin, true]);
    }
    expect(await viewerOf({ cookie })).toBe(email);
  });

  it.each(['/api/import', '/api/files'])('B08 of ours brings no file of pages of others to %s', async (route) => {
    const cookie = await signIn((await bench.join(teamId, 'member')).email);
    const send = async (headers: Record<string, string>) => {
      const body = new FormData();
      body.set(
        'file',
        new Blob([
          'version: 0.7.0\nkind: app\napp: {name: A, mode: workflow}\nworkflow: {graph: {nodes: [], edges: []}}\n',
        ]),
        'a.yml',
      );
      const response = await fetch(bench.url + route, { method: 'POST', headers: { cookie, ...headers }, body });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    const count = async () =>
      (await bench.database.rows('select (select count(*) from app) as apps, (select count(*) from file) as files'))[0];
    const before = await count();
    for (const origin of [...OF_OTHERS, `${bench.url}.evil.example`])
      expect([origin, ...(await send({ origin }))]).toEqual([origin, 403, 'auth.foreignOrigin']);
    expect(await count()).toEqual(before);
    expect(await send({ origin: bench.url })).toEqual([201, undefined]);
    expect(await count()).not.toEqual(before);
  });

  it('B08 changes nothing by an address that is only opened', async () => {
    const { email } = await bench.join(teamId, 'member');
    const cookie = await signIn(email);
    const query = encodeURIComponent('mutation { signOut { errors { code } } }');
    const preflighted = { cookie, 'apollo-require-preflight': '1' };
    for (const headers of [{ cookie }, preflighted])
      expect((await fetch(`${bench.url}/graphql?query=${query}`, { headers })).ok).toBe(false);
    expect(await viewerOf({ cookie })).toBe(email);
  });
});

describe('signing in while the password is changed', () => {
  const NEXT = 'another horse battery';

  it('opens no session for the old one', async () => {
    const member = await bench.join(teamId, 'member');
    const members = bench.app.get(MemberRepository);
    const find = members.findByEmail.bind(members);
    members.findByEmail = async (email) => {
      const found = await find(email);
      await member.ask(CHANGE, { input: { current: PASSWORD, next: NEXT } });
      return found;
    };
    try {
      const { headers, body } = await bench.nobody.post(SIGN_IN, {
        input: { email: member.email, password: PASSWORD },
      });
      expect(body.data.signIn).toEqual({ viewer: null, errors: [{ code: 'auth.wrongCredentials' }] });
      expect(headers.get('set-cookie')).toBeNull();
    } finally {
      members.findByEmail = find;
    }
    const { sessions } = await member.ask('{ sessions { kind } }');
    expect(sessions).toEqual([{ kind: 'TOKEN' }]);
  });

  it('waits for the change to be stored', async () => {
    const { email } = await bench.join(teamId, 'member');
    const members = bench.app.get(MemberRepository);
    const { memberId, passwordHash } = (await members.findByEmail(email))!;
    let isSettled = false;
    let opening: Promise<boolean> | undefined;
    await bench.database.inTransaction(async (sql) => {
      await sql.rows(`update member set password_hash = 'another' where id = $1`, [memberId]);
      const session = { token: 'x'.repeat(43), kind: 'browser', days: 1, passwordHash } as const;
      opening = members.createSession(memberId, session).finally(() => (isSettled = true));
      const isWaiting = async () => (await bench.database.rows('select 1 from pg_locks where not granted')).length > 0;
      while (!isSettled && !(await isWaiting())) await new Promise((resolve) => setImmediate(resolve));
    });
    expect(await opening).toBe(false);
  }, 20_000);
});

describe('sessions', () => {
  const LIST = '{ sessions { id kind name client isCurrent } }';
  const END = 'mutation ($id: ID!) { endSession(input: { sessionId: $id }) { endedSessionId errors { code } } }';

  it('are listed, ended one by one, or all others at once', async () => {
    const { email, ...token } = await bench.join(teamId, 'member');
    const cookies = [
      await signIn(email, { 'user-agent': 'Desk' }),
      await signIn(email, { 'user-agent': 'Phone' }),
      await signIn(email, { 'user-agent': 'Lost' }),
    ] as const;
    const ask = (cookie: string, document: string, variables = {}) =>
      bench.nobody.post(document, variables, { cookie });
    const { sessions } = (await ask(cookies[0], LIST)).body.data as {
      sessions: { id: string; client: string; kind: string; name: string; isCurrent: boolean }[];
    };
    expect(sessions.map(({ kind, client, name, isCurrent }) => [kind, client || name, isCurrent]).sort()).toEqual([
      ['BROWSER', 'Desk', true],
      ['BROWSER', 'Lost', false],
      ['BROWSER', 'Phone', false],
      ['TOKEN', 'test', false],
    ]);
    const idOf = (client: string) => sessions.find((session) => session.client === client)?.id;
    const ended = await ask(cookies[0], END, { id: idOf('Lost') });
    expect(ended.body.data.endSession).toEqual({ endedSessionId: idOf('Lost'), errors: [] });
    expect([await viewerOf({ cookie: cookies[2] }), await viewerOf({ cookie: cookies[1] })]).toEqual([null, email]);
    const others = await ask(cookies[0], 'mutation { endOtherSessions { endedCount errors { code } } }');
    expect(others.body.data.endOtherSessions).toEqual({ endedCount: 1, errors: [] });
    expect(await viewerOf({ cookie: cookies[1] })).toBeNull();
    expect([await viewerOf({ cookie: cookies[0] }), (await token.ask('{ viewer { email } }')).viewer.email]).toEqual([
      email,
      email,
    ]);
  });

  it('B10 of a token that is revoked elsewhere begin nothing after five seconds, also where a stream is open', async () => {
    const { token } = await bench.join(teamId, 'member');
    const app = await appNamed(bench, 'Chatbot');
    const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'quiet' } });
    const query = `subscription { runEvents(runId: "${startRun.run.id}", afterSeq: 0) { __typename } }`;
    const client = createClient({
      url: `${bench.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    const open = client.iterate({ query }).next();
    while (!bench.watching(startRun.run.id)) await new Promise((resolve) => setImmediate(resolve));
    await bench.database.rows(
      `delete from session where kind = 'token' and member_id in
      (select member_id from session where token_hash = encode(sha256($1::bytea), 'hex'))`,
      [Buffer.from(token)],
    );
    const revokedAt = performance.now();
    expect(await viewerOf({ authorization: `Bearer ${token}` })).toBeNull();
    const refused = (async () => {
      for (;;) {
        // each is begun anew until one is refused, which ends the socket with all that is open on it
        const begun = client.iterate({ query });
        const end = begun.next();
        const first = await Promise.race([end.catch(() => 'refused'), new Promise((go) => setTimeout(go, 100))]);
        if (first === 'refused') return;
        await begun.return?.();
      }
    })();
    await refused;
    expect(performance.now() - revokedAt).toBeLessThan(8_000);
    await expect(open).rejects.toMatchObject({ code: 4403 });
    await client.dispose();
  }, 30_000);
});
