import type { JsonObject } from '@tenon/base';
import { keptFileUrl, type FileValue } from '@tenon/engine';
import { buildFile } from '@tenon/engine/testing';
import { createFakeObjectStore } from '@tenon/ports/testing';
import { appText, endNode, startNode } from '../testing/app-text.js';
import { plainHttp, startEchoServer, type EchoServer } from '../testing/echo-server.js';
import { TEAM_ID } from '../testing/perform-node.js';
import { runApp } from '../testing/run-app.js';

const SECRET = 's3cr3t-v4lue "&?';

describe('http requests', () => {
  let server: EchoServer;
  beforeAll(async () => void (server = await startEchoServer()));
  afterAll(() => server.stop());

  const send = async (settings: JsonObject, input = '') => {
    const http = { type: 'http-request', method: 'post', url: `${server.url}/path`, ...settings };
    const text = appText({
      nodes: {
        start: startNode({ variable: 'v', type: 'text-input', required: false }),
        http,
        end: endNode({ status: 'http.status_code' }),
      },
      edges: ['start -> http', 'http -> end'],
      environment: [{ id: 'k', name: 'KEY', value_type: 'secret', value: SECRET }],
    });
    const run = await runApp(text, { inputs: { v: input }, ports: { http: plainHttp }, secrets: { KEY: SECRET } });
    return { run, seen: server.seen.at(-1), record: JSON.stringify(run.records['http']) };
  };
  const body = (type: string, ...items: JsonObject[]) => ({ body: { type, data: items } });

  it('45: reads headers with blank values and parameters that repeat', async () => {
    const { run, seen } = await send(
      { headers: 'X-Blank:\nX-Bare\n\nX-Two: a: b', params: 'q: 1\nq: {{#start.v#}}\nblank:\n: x' },
      'two words',
    );
    expect(run.outcome).toMatchObject({ status: 'succeeded', outputs: { status: 200 } });
    expect(seen?.headers).toMatchObject({ 'x-blank': '', 'x-bare': '', 'x-two': 'a: b' });
    expect(seen?.url).toBe('/path?q=1&q=two+words&blank=');
  });

  it('45: repairs a broken JSON body', async () => {
    const { seen } = await send(
      body('json', { type: 'text', value: "{'name': '{{#start.v#}}', list: [1, 2,], " }),
      'Ada',
    );
    expect(seen?.body).toBe('{"name":"Ada","list":[1,2]}');
    expect(seen?.headers['content-type']).toBe('application/json');
  });

  it('45: keeps a form without files a form of several parts', async () => {
    const { seen } = await send(body('form-data', { type: 'text', key: 'a', value: '{{#start.v#}}' }), 'b');
    expect(seen?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(seen?.body).toMatch(/name="a"\r\n\r\nb\r\n/);
    expect(seen?.body).toContain('name="__multipart_placeholder__"');
  });

  it.each([
    ['bearer', 'k', '', { authorization: 'Bearer k' }],
    ['basic', 'user:pass', '', { authorization: `Basic ${btoa('user:pass')}` }],
    ['custom', 'k', 'X-Key', { 'x-key': 'k' }],
  ])('45: authorises itself: %s', async (type, api_key, header, headers) => {
    const { seen, record } = await send({ authorization: { type: 'api-key', config: { type, api_key, header } } });
    expect(seen?.headers).toMatchObject(headers);
    const [[name, value]] = Object.entries(headers) as [[string, string]];
    expect(record.toLowerCase()).toContain(`${name}: ${'*'.repeat(value.length)}\\r\\n`);
  });

  it.each<[string, JsonObject]>([
    ['the address', { url: '{{#start.v#}}/{{#env.KEY#}}' }],
    ['a parameter', { params: 'key: {{#env.KEY#}}' }],
    ['a header', { headers: 'X-Key: {{#env.KEY#}}' }],
    ['the authorisation', { authorization: { type: 'api-key', config: { type: 'bearer', api_key: '{{#env.KEY#}}' } } }],
    ['a text', body('raw-text', { type: 'text', value: 'key={{#env.KEY#}}' })],
    ['JSON', body('json', { type: 'text', value: '{"key": "{{#env.KEY#}}"}' })],
    ['a form', body('x-www-form-urlencoded', { type: 'text', key: 'key', value: '{{#env.KEY#}}' })],
    ['a form of several parts', body('form-data', { type: 'text', key: 'key', value: '{{#env.KEY#}}' })],
  ])('59: sends a secret in %s, and never shows it', async (_where, settings) => {
    const { run, seen, record } = await send(settings, server.url);
    expect(run.outcome).toMatchObject({ status: 'succeeded' });
    expect(JSON.stringify(seen)).toContain('s3cr3t-v4lue');
    expect(record).toContain('*****');
    expect(record).not.toContain('s3cr3t');
    expect(JSON.stringify(run.events)).not.toContain('s3cr3t');
    expect(JSON.stringify(run.state)).not.toContain('s3cr3t');
  });

  const CONTENT = 'name,value\r\nü,1\n';
  const KEY = `files/${TEAM_ID}/${'a'.repeat(64)}`;
  const uploaded = buildFile({ filename: 'ü "1".csv', url: keptFileUrl(KEY, 'https://tenon.example') });
  const sendFiles = async (settings: JsonObject, files: { one?: FileValue; many?: readonly FileValue[] }) => {
    const objects = createFakeObjectStore();
    await objects.put(KEY, new TextEncoder().encode(CONTENT), 'text/csv');
    const text = appText({
      nodes: {
        start: startNode(
          { variable: 'one', type: 'file', required: false, allowed_file_types: ['document'] },
          { variable: 'many', type: 'file-list', required: false, allowed_file_types: ['document'] },
        ),
        http: { type: 'http-request', method: 'post', url: `${server.url}/upload`, ...settings },
        end: endNode({ status: 'http.status_code' }),
      },
      edges: ['start -> http', 'http -> end'],
    });
    const before = server.seen.length;
    const run = await runApp(text, { inputs: { ...files }, ports: { http: plainHttp, objects } });
    return { run, seen: server.seen.slice(before) };
  };
  const fileItem = (name: string) => ({ type: 'file', key: name, file: ['start', name] });

  it('sends uploaded files as parts of a form, with name and media type', async () => {
    const { run, seen } = await sendFiles(
      body('form-data', { type: 'text', key: 'a', value: 'b' }, fileItem('one'), fileItem('many')),
      { one: uploaded, many: [uploaded, { ...uploaded, filename: '2.txt', mime_type: 'text/plain' }] },
    );
    expect(run.outcome).toMatchObject({ status: 'succeeded', outputs: { status: 200 } });
    const form = (await seen[0]?.form()) as FormData;
    const parts = await Promise.all(
      [...form.entries()].map(async ([key, part]) =>
        typeof part === 'string' ? [key, part] : [key, part.name, part.type, await part.text()],
      ),
    );
    expect(parts).toEqual([
      ['a', 'b'],
      ['one', 'ü "1".csv', 'text/csv', CONTENT],
      ['many', 'ü "1".csv', 'text/csv', CONTENT],
      ['many', '2.txt', 'text/plain', CONTENT],
    ]);
    expect(JSON.stringify(run.records['http'])).toContain('<file 2.txt, 8 bytes>');
  });

  it('sends an uploaded file as the body, with its media type unless the author names one', async () => {
    const { seen } = await sendFiles(body('binary', fileItem('one')), { one: uploaded });
    expect(seen[0]).toMatchObject({ body: CONTENT, headers: { 'content-type': 'text/csv' } });
    const settings = { headers: 'content-type: text/x-mine', ...body('binary', fileItem('one')) };
    const named = await sendFiles(settings, { one: uploaded });
    expect(named.seen[0]).toMatchObject({ body: CONTENT, headers: { 'content-type': 'text/x-mine' } });
  });

  it('fetches a file at an address and sends it on', async () => {
    const url = `${server.url}/there.csv`;
    const remote = { ...uploaded, transfer_method: 'remote_url', related_id: null, remote_url: url, url } as const;
    const { seen } = await sendFiles(body('binary', fileItem('one')), { one: remote });
    expect(seen.map(({ method, url: path, body: sent }) => [method, path, sent])).toEqual([
      ['GET', '/there.csv', ''],
      ['POST', '/upload', '{"ok": true}'],
    ]);
  });

  it("sends nothing when a file is another team's or is not there", async () => {
    for (const key of [`files/other/${'a'.repeat(64)}`, KEY.replace(/a$/, 'b')]) {
      const foreign = { ...uploaded, url: keptFileUrl(key) };
      const { run, seen } = await sendFiles(body('form-data', fileItem('one')), { one: foreign });
      expect(run.outcome).toMatchObject({ status: 'failed', failure: { type: 'FileFetchError' } });
      expect(seen).toEqual([]);
    }
  });
});
