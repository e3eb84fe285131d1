import { startApiBench, type ApiBench } from '../testing/api-bench.js';
import { requestText, sendPieces, sendRaw } from '../testing/raw-request.js';

const OURS = 'https://console.example';

let bench: ApiBench;
let fileUrl: string;
beforeAll(async () => {
  bench = await startApiBench(
    { TENON_CORS_ORIGINS: OURS },
    { times: { headersMs: 400, requestMs: 4_000, lateMs: 100, silentMs: 10_000 } },
  );
  const [team] = await bench.database.rows<{ id: string }>(`select id from team where name = 'My team'`);
  const key = `values/${team!.id}/${'a'.repeat(64)}`;
  await bench.objects.put(key, new TextEncoder().encode('<script>alert(1)</script>'), 'text/html');
  fileUrl = `/files/${key}`;
}, 60_000);
afterAll(() => bench.close());

const asOwner = () => ({ authorization: `Bearer ${bench.owner.token}` });

describe('a path', () => {
  it.each([
    '/API/import',
    '/Api/import',
    '/api/import/',
    '/api//import',
    '//api/import',
    '/api/./import',
    '/api/x/../import',
    '/api/%69mport',
    '/api%2fimport',
    '/api/%2e%2e/api/import',
    '/api/%252e%252e/api/import',
    '/api/import.',
    '/api/import;x=1',
    '/api\\import',
    '/GRAPHQL',
    '/graphql/',
    '/graphql/more',
    '/Health',
    '/health/',
    '/files/../health',
  ])('B05 is not found in another spelling: %s', async (target) => {
    const headers = ['content-type: application/json', `authorization: Bearer ${bench.owner.token}`];
    const body = JSON.stringify({ query: '{ viewer { email } }' });
    for (const verb of ['GET', 'POST']) {
      const answer = await sendRaw(bench.url, requestText(`${verb} ${target}`, headers, body)).answer;
      expect(answer).toMatch(/^HTTP\/1.1 404 [^]*route\.missing/);
    }
  });
});

describe('every answer', () => {
  const answers: [string, () => Promise<Response>][] = [
    ['of GraphQL', () => fetch(`${bench.url}/graphql`, post('{ viewer { id } }'))],
    ['to a document that is refused', () => fetch(`${bench.url}/graphql`, post('{ nothing }'))],
    ['to text that is no JSON', () => fetch(`${bench.url}/graphql`, { ...post(''), body: '{' })],
    [
      'to a body in an unknown encoding',
      () => fetch(`${bench.url}/graphql`, { ...post(''), headers: { ...json(), 'content-encoding': 'x' } }),
    ],
    [
      'to a body that is too large',
      () => fetch(`${bench.url}/graphql`, { ...post(`{ viewer { id } } #${'x'.repeat(17 * 1024 * 1024)}`) }),
    ],
    ['of a file', () => fetch(bench.url + fileUrl, { headers: asOwner() })],
    [
      'about a file that is not there',
      () => fetch(bench.url + fileUrl.replace('aaaa', 'bbbb'), { headers: asOwner() }),
    ],
    ['to nobody', () => fetch(bench.url + fileUrl)],
    ['of health', () => fetch(`${bench.url}/health`)],
    ['about a route that is not there', () => fetch(`${bench.url}/nothing`)],
    ['about another spelling', () => fetch(`${bench.url}/graphql/x`)],
    ['to a question of a browser before it asks', () => fetch(`${bench.url}/graphql`, { method: 'OPTIONS' })],
  ];
  const json = () => ({ 'content-type': 'application/json', ...asOwner() });
  const post = (query: string): RequestInit => ({ method: 'POST', headers: json(), body: JSON.stringify({ query }) });

  it.each(answers)(
    '%s lets no browser do more than it must, and shows nothing of what is inside',
    async (_what, ask) => {
      const { headers, status, ...response } = await answerOf(ask);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('permissions-policy')).toContain('camera=()');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('cache-control')).toMatch(/no-store|private/);
      expect(headers.get('x-powered-by')).toBeNull();
      expect(status).toBeLessThan(500);
      expect(response.body).not.toMatch(/node_modules|\.[jt]s\b|<pre>|at \w+ \(/);
    },
  );

  async function answerOf(ask: () => Promise<Response>) {
    const response = await ask();
    return { status: response.status, headers: response.headers, body: await response.text() };
  }

  it('says in our words why a request cannot be read', async () => {
    const cut = await answerOf(() => fetch(`${bench.url}/graphql`, { ...post(''), body: '{' }));
    expect([cut.status, JSON.parse(cut.body).code]).toEqual([400, 'request.unreadable']);
    // not with fetch: it may drop an answer that comes while it still takes note that it has sent all
    const head = ['content-type: application/json', `authorization: Bearer ${bench.owner.token}`];
    const large = sendRaw(bench.url, requestText('POST /graphql', head, 'x'.repeat(17 * 1024 * 1024)));
    expect(await large.answer).toMatch(/^HTTP\/1.1 413 [^]*"code":"request\.tooLarge"/);
  });
});

describe('B20 nobody', () => {
  const HIDDEN = ['metrics', 'version', 'status', 'info', 'healthz', 'readyz', 'health/live', 'health/details'];

  it('finds anything that tells what runs here, or how much', async () => {
    for (const hidden of [...HIDDEN, 'api', 'api/version', 'api/health', 'debug/vars', 'actuator/health', 'docs']) {
      const answer = await fetch(`${bench.url}/${hidden}`, { headers: { accept: 'text/html, */*' } });
      expect([hidden, answer.status, Object.keys((await answer.json()) as object).sort()]).toEqual([
        ...[hidden, 404],
        ['code', 'message', 'requestId'],
      ]);
    }
    for (const verbose of ['', '?verbose=1', '?details=true&token=x']) {
      const answer = await fetch(`${bench.url}/health${verbose}`, { headers: { authorization: 'Bearer wrong' } });
      expect(await answer.json()).toEqual({ status: 'ok' });
      for (const name of ['server', 'via', 'x-powered-by', 'x-version']) expect(answer.headers.get(name)).toBeNull();
    }
  });

  it('is told what can be asked', async () => {
    for (const document of ['{ __schema { types { name } } }', '{ viewer { id } __type(name: "Run") { name } }']) {
      const { status, body } = await bench.nobody.post(document);
      expect([status, body.data, body.errors[0].message]).toEqual([
        ...[400, undefined],
        'Sign in to ask what can be asked.',
      ]);
    }
    expect((await bench.nobody.post('{ viewer { __typename } }')).body).toEqual({ data: { viewer: null } });
    expect((await bench.owner.post('{ __type(name: "Run") { name } }')).body.data).toEqual({ __type: { name: 'Run' } });
  });
});

describe('pages of other sites', () => {
  it.each([
    ['https://console.example', true],
    ['https://console.example.evil.test', false],
    ['https://evil-console.example', false],
    ['http://console.example', false],
    ['https://console.example:8443', false],
    ['https://sub.console.example', false],
    ['null', false],
    ['https://evil.test', false],
  ])('B53 of %s read answers: %s', async (origin, isAllowed) => {
    const ask = await fetch(`${bench.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    const real = await fetch(`${bench.url}/health`, { headers: { origin } });
    for (const { headers } of [ask, real]) {
      expect(headers.get('access-control-allow-origin')).toBe(isAllowed ? origin : null);
      expect(headers.get('vary')).toMatch(/origin/i);
    }
  });
});

describe('a request that does not come', () => {
  it('is dropped while its headers are on their way', async () => {
    const { answer } = sendRaw(bench.url, 'GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ');
    expect(await answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it('is dropped while its headers come one by one', async () => {
    const request = sendRaw(bench.url, 'GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n');
    await sendPieces(request, Array<string>(200).fill('x: 1\r\n'), 50);
    expect(await request.answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it.each([
    ['of a member', true],
    ['of nobody', false],
  ])('is dropped while its body is on its way: %s', async (_who, isMember) => {
    const head = ['content-type: application/json', 'host: 127.0.0.1', 'content-length: 5000'];
    if (isMember) head.push(`authorization: Bearer ${bench.owner.token}`);
    const request = sendRaw(bench.url, `POST /graphql HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n{`);
    await sendPieces(request, ' '.repeat(4_000), 50);
    expect(await request.answer).toMatch(/^HTTP\/1.1 408 /);
    expect((await fetch(`${bench.url}/health`)).status).toBe(200);
  });

  it('is cut off where nobody sends a large body, whatever it says of its length', async () => {
    const head = 'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n';
    const declared = sendRaw(bench.url, `${head}content-length: 10000000\r\n\r\n{`);
    expect(await declared.answer).toMatch(/^HTTP\/1.1 413 [^]*request\.tooLarge/);
    const chunked = sendRaw(bench.url, `${head}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`);
    expect(await chunked.answer).toMatch(/^HTTP\/1.1 413 [^]*request\.tooLarge/);
  });

  it('that could be read as two is refused', async () => {
    const both =
      'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(await sendRaw(bench.url, both).answer).toMatch(/^HTTP\/1.1 400 /);
  });
});
