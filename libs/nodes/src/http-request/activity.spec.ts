import type { JsonObject } from '@tenon/base';
import { outboundErrors, type OutboundReply, type OutboundRequest } from '@tenon/ports';
import { createFakeObjectStore } from '@tenon/ports/testing';
import { failureIn, outputsIn, performNode, TEAM_ID, type NodeSurroundings } from '../testing/perform-node.js';

const data = {
  method: 'GET',
  url: 'https://example.com/{{#n.path#}}',
  authorization: { type: 'no-auth', config: null },
};

async function request(reply: Partial<OutboundReply>, more: JsonObject = {}, surroundings: NodeSurroundings = {}) {
  const requests: OutboundRequest[] = [];
  const http = {
    request: async (sent: OutboundRequest): Promise<OutboundReply> => {
      requests.push(sent);
      return {
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: new Uint8Array(),
        url: sent.url,
        ...reply,
      };
    },
  };
  const ports = { http, objects: createFakeObjectStore(), ...surroundings.ports };
  const pool = { n: { path: 'a' }, ...surroundings.pool };
  const performed = await performNode('http-request', { ...data, ...more }, { ...surroundings, pool, ports });
  return { performed, requests, objects: ports.objects };
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('an http request step', () => {
  it('gives status, headers and text', async () => {
    const headers = { 'content-type': 'application/json', $odd: 'x' };
    const { performed, requests } = await request({ status: 201, headers, body: bytes('{"a": 1}') });
    expect(outputsIn(performed)).toEqual({
      status_code: 201,
      body: '{"a": 1}',
      headers: { 'content-type': 'application/json', $$odd: 'x' },
      files: [],
    });
    expect(requests).toMatchObject([
      { method: 'GET', url: 'https://example.com/a', verifyTls: true, maxBodyBytes: 10485760 },
    ]);
    expect(performed.recorded).toEqual({
      request: 'GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n',
      reply: { status: 201, headers, body: '{"a": 1}' },
    });
  });

  it('keeps a file and gives its value', async () => {
    const { performed, objects } = await request({ headers: { 'content-type': 'image/png' }, body: bytes('PNG') });
    const { files, body } = outputsIn(performed);
    expect(body).toBe('');
    expect(files).toMatchObject([
      {
        dify_model_identity: '__dify__file__',
        type: 'image',
        filename: 'a.png',
        extension: '.png',
        mime_type: 'image/png',
        size: 3,
      },
    ]);
    const [{ related_id, url }] = files as unknown as [{ related_id: string; url: string }];
    expect(related_id).toContain(TEAM_ID);
    expect(url).toBe(`/files/${related_id}`);
    expect(new TextDecoder().decode(await objects.get(related_id))).toBe('PNG');
  });

  it('sends a file that a step of the team has stored', async () => {
    const objects = createFakeObjectStore();
    const stored = await request(
      { headers: { 'content-type': 'image/png' }, body: bytes('PNG') },
      {},
      { ports: { objects } },
    );
    const [file] = outputsIn(stored.performed)['files'] as [JsonObject];
    const send = (value: JsonObject) =>
      request(
        {},
        { method: 'post', body: { type: 'binary', data: [{ type: 'file', file: ['n', 'file'] }] } },
        { ports: { objects }, pool: { n: { path: 'a', file: value } } },
      );
    expect(new TextDecoder().decode((await send(file)).requests[0]?.body as Uint8Array)).toBe('PNG');
  });

  it('takes any status for a success unless somebody handles failures', async () => {
    expect(outputsIn((await request({ status: 500 })).performed)).toMatchObject({ status_code: 500 });
    const { performed } = await request({ status: 500, body: bytes('oops') }, {}, { handlesFailure: true });
    expect(failureIn(performed)).toMatchObject({
      type: 'HTTPResponseCodeError',
      message: 'Request failed with status code 500',
    });
    expect(performed.result.outputs).toMatchObject({ status_code: 500, body: 'oops' });
    expect(outputsIn((await request({ status: 204 }, {}, { handlesFailure: true })).performed)).toMatchObject({
      status_code: 204,
    });
  });

  it('hides secrets in what people read, failures too', async () => {
    const pool = { n: { path: 'top secret' } };
    const secrets = ['top secret'];
    const { performed, requests } = await request(
      { body: bytes('your key is top secret') },
      { headers: 'X: {{#n.path#}}' },
      { pool, secrets },
    );
    expect(requests[0]?.url).toBe('https://example.com/top%20secret');
    expect(requests[0]?.headers).toEqual({ X: 'top secret' });
    expect(JSON.stringify(performed.recorded)).not.toMatch(/top(\s|%20)secret/);
    const http = {
      request: ({ url }: OutboundRequest) => Promise.reject(outboundErrors.unreachable(`No answer from ${url}.`)),
    };
    const failing = await request({}, {}, { pool, secrets, ports: { http } });
    expect(failureIn(failing.performed)).toEqual({
      code: 'outbound.unreachable',
      type: 'HttpRequestNodeError',
      message: 'No answer from https://example.com/********.',
    });
  });

  it('hides secrets first and cuts what it shows then', async () => {
    const secret = 'top secret';
    for (let before = 16_384 - secret.length; before <= 16_384; before++) {
      const text = `${'.'.repeat(before)}${secret}${'.'.repeat(20)}`;
      const body = { type: 'raw-text', data: [{ type: 'text', value: text }] };
      const { performed } = await request({ body: bytes(text) }, { method: 'post', body }, { secrets: [secret] });
      const { request: sent, reply } = performed.recorded as { request: string; reply: { body: string } };
      for (const shown of [sent, reply.body]) expect(shown).toMatch(/\.(\*{8}\.*)?…$/);
    }
  });

  it.each([
    ['get', { connect: 1, read: 3 }, 'short', { connectMs: 1000, readMs: 3000, totalMs: 4000 }],
    ['head', { connect: 1, read: 2.5 }, 'short', { connectMs: 1000, readMs: 2500, totalMs: 3500 }],
    ['get', { connect: 2, read: 3 }, 'long', { connectMs: 2000, readMs: 3000, totalMs: 5000 }],
    ['post', { connect: 1, read: 1, write: 1 }, 'long', { connectMs: 1000, readMs: 1000, totalMs: 3000 }],
    ['get', null, 'long', { connectMs: 10_000, readMs: 600_000, totalMs: 610_000 }],
    [
      'put',
      { connect: 0, read: 9999, max_read_timeout: 0 },
      'long',
      { connectMs: 10_000, readMs: 600_000, totalMs: 1_210_000 },
    ],
  ])('that is %s with %j is %s work', async (method, timeout, weight, timeouts) => {
    const { performed, requests } = await request({}, { method, timeout });
    expect(performed.instruction).toMatchObject({ weight, timeoutMs: timeouts.totalMs });
    expect(requests[0]?.timeouts).toEqual(timeouts);
  });

  it('reads bodies of older files', async () => {
    const json = await request({}, { method: 'post', body: { type: 'json', data: '{"a": "{{#n.path#}}"}' } });
    expect(json.requests[0]?.body).toBe('{"a":"a"}');
    const form = await request({}, { method: 'post', body: { type: 'x-www-form-urlencoded', data: 'a: 1:2\nb\n\n' } });
    expect(form.requests[0]?.body).toBe('a=1%3A2&b=');
    const none = await request({}, { body: { type: 'none', data: '' } });
    expect(none.requests[0]).not.toHaveProperty('body');
  });

  it('needs the particulars of a key to have one', async () => {
    await expect(request({}, { authorization: { type: 'api-key', config: null } })).rejects.toThrow();
  });

  it('does not check certificates when its author says so', async () => {
    expect((await request({}, { ssl_verify: false })).requests[0]?.verifyTls).toBe(false);
    expect((await request({}, { ssl_verify: null })).requests[0]?.verifyTls).toBe(true);
  });
});
