import { lookupIn } from '@tenon/engine';
import { buildFile } from '@tenon/engine/testing';
import type { BodyItem, HttpInstruction } from './definition.js';
import { buildRequest } from './request.js';

const base: HttpInstruction = {
  method: 'get',
  url: 'https://example.com/a?x=1%20y',
  headers: '',
  params: '',
  authorization: null,
  body: { type: 'none', items: [] },
  timeouts: { connectMs: 1, readMs: 1, totalMs: 2 },
  verifyTls: true,
  failsOnStatus: false,
};
const values = {
  'n.host': 'example.com',
  'n.word': 'two words & more',
  'n.lines': 'a\nX-Injected: yes',
  'n.headers': 'A: 1\r\nB: 2\n',
  'n.file': buildFile({ transfer_method: 'tool_file', filename: 'a.txt', mime_type: 'text/plain', size: 3 }),
  'n.odd': buildFile({ mime_type: 'text/plain\r\nX-Injected: yes' }),
  'n.list': ['x'],
};
const build = (more: Partial<HttpInstruction>) =>
  buildRequest({ ...base, ...more }, lookupIn(values), async () => new TextEncoder().encode('abc'), 'run/step');
const text = (value: string, key = ''): BodyItem => ({ type: 'text', key, value, file: null });
const file = (name: string, key = 'f'): BodyItem => ({ type: 'file', key, value: '', file: ['n', name] });
const refuses = (code: string) => expect.objectContaining({ code: `request.${code}` }) as unknown;

describe('the address of a request', () => {
  it('is filled, and keeps its own query beside the parameters, in order and repeated', async () => {
    const { url } = await build({
      url: ' https://{{#n.host#}}/a?x=1%20y#end ',
      params: 'q: {{#n.word#}}\n: skipped\n\nq: b:c\nempty',
    });
    expect(url).toBe('https://example.com/a?x=1%20y&q=two+words+%26+more&q=b%3Ac&empty=#end');
  });

  it('takes parameters of several lines from variables', async () => {
    expect((await build({ url: 'http://h/', params: 'q:{{#n.lines#}}' })).url).toBe(
      'http://h/?q=a%0AX-Injected%3A+yes',
    );
  });

  it.each([
    '',
    'example.com',
    'ftp://example.com',
    'file:///etc/passwd',
    'http://',
    'http://a b/',
    '{{#n.missing#}}',
    'http://h/{{#n.lines#}}',
  ])('cannot be "%s"', async (url) => {
    await expect(build({ url })).rejects.toEqual(refuses('invalidUrl'));
  });
});

describe('the headers of a request', () => {
  it('are lines of names and values; the last of a name wins', async () => {
    const { headers } = await build({ headers: ' A : 1 \nB\n\nA: two: three\r\nC: {{#n.host#}}' });
    expect(headers).toEqual({ A: 'two: three', B: '', C: 'example.com' });
  });

  it('may come from one variable as a whole', async () => {
    expect((await build({ headers: '{{#n.headers#}}\nC: 3' })).headers).toEqual({ A: '1', B: '2', C: '3' });
  });

  it('cannot be added by the value of another', async () => {
    await expect(build({ headers: 'X: {{#n.lines#}}' })).rejects.toEqual(refuses('invalidHeader'));
  });

  it('carry a key of the attempt when the request changes something', async () => {
    expect((await build({ method: 'post' })).headers).toEqual({ 'Idempotency-Key': 'run/step' });
    expect((await build({ method: 'put', headers: 'idempotency-key: mine' })).headers).toEqual({
      'idempotency-key': 'mine',
    });
  });
});

describe('the authorisation of a request', () => {
  const authorize = (type: 'basic' | 'bearer' | 'custom', key: string, header = '') =>
    build({ authorization: { type, key, header } });

  it.each([
    ['bearer', 'k', '', { Authorization: 'Bearer k' }],
    ['basic', 'user:pass', '', { Authorization: 'Basic dXNlcjpwYXNz' }],
    ['basic', 'dXNlcjpwYXNz', '', { Authorization: 'Basic dXNlcjpwYXNz' }],
    ['custom', 'k', 'X-Key', { 'X-Key': 'k' }],
    ['custom', 'k', '', { Authorization: 'k' }],
  ] as const)('of type %s with the key %s', async (type, key, header, headers) => {
    expect((await authorize(type, key, header)).headers).toEqual(headers);
  });

  it('takes the place of a header of the same name', async () => {
    const { headers, keyHeader } = await build({
      headers: 'x-key: old\nA: 1',
      authorization: { type: 'custom', key: 'secret', header: 'X-Key' },
    });
    expect(headers).toEqual({ A: '1', 'X-Key': 'secret' });
    expect(keyHeader).toBe('X-Key');
  });

  it('needs a key', async () => {
    await expect(authorize('bearer', ' ')).rejects.toEqual(refuses('invalidAuthorization'));
  });
});

describe('the body of a request', () => {
  const post = (type: HttpInstruction['body']['type'], items: BodyItem[], headers = '') =>
    build({ method: 'post', headers, body: { type, items } });

  it('is a text', async () => {
    const { body, headers } = await post('raw-text', [text('Hi {{#n.word#}}')]);
    expect(body).toBe('Hi two words & more');
    expect(headers['Content-Type']).toBe('text/plain');
  });

  it.each([
    ['{"a": 1.0, "b": {{#n.list#}}}', '{"a":1.0,"b":["x"]}'],
    ["{'a': 'b', /* c */ d: [1,2,],}", '{"a":"b","d":[1,2]}'],
    ['{"a": 12345678901234567890', '{"a":12345678901234567890}'],
  ])('is JSON, repaired: %s', async (written, sent) => {
    const { body, headers } = await post('json', [text(written)]);
    expect(body).toBe(sent);
    expect(headers['Content-Type']).toBe('application/json');
  });

  it('leaves the content type to its author', async () => {
    const { headers } = await post('json', [text('{}')], 'content-type: application/vnd.api+json');
    expect(headers).toEqual({ 'content-type': 'application/vnd.api+json', 'Idempotency-Key': 'run/step' });
  });

  it('is a form; the last of a key wins', async () => {
    const { body, headers } = await post('x-www-form-urlencoded', [
      text('1', 'a'),
      text('{{#n.word#}}', 'b'),
      text('2', 'a'),
    ]);
    expect(body).toBe('a=2&b=two+words+%26+more');
    expect(headers['Content-Type']).toBe('application/x-www-form-urlencoded');
  });

  it.each(['raw-text', 'json', 'binary'] as const)('of type %s is one item', async (type) => {
    await expect(post(type, [])).rejects.toEqual(refuses('invalidBody'));
    await expect(post(type, [text('a'), text('b')])).rejects.toEqual(refuses('invalidBody'));
  });

  it('cannot be JSON beyond repair', async () => {
    await expect(post('json', [text('')])).rejects.toEqual(refuses('invalidBody'));
  });

  it('is the bytes of a file', async () => {
    const { body, headers, shownBody } = await post('binary', [file('file')]);
    expect(new TextDecoder().decode(body as Uint8Array)).toBe('abc');
    expect(headers['Content-Type']).toBe('text/plain');
    expect(shownBody).toContain('<file a.txt, 3 bytes>');
    await expect(post('binary', [file('missing')])).rejects.toEqual(refuses('missingFile'));
  });

  it('does not take just any text of a file for its content type', async () => {
    const { headers } = await post('binary', [file('odd')]);
    expect(headers).not.toHaveProperty('Content-Type');
  });

  const parts = async (items: BodyItem[], headers = '') => {
    const request = await post('form-data', items, headers);
    const type = request.headers['Content-Type'] ?? request.headers['content-type'] ?? '';
    return new Response(request.body as Uint8Array<ArrayBuffer>, { headers: { 'content-type': type } }).formData();
  };

  it('is a form of several parts, with a placeholder where there is no file', async () => {
    const form = await parts([text('1', 'a'), text('2', 'a'), file('missing')], 'content-type: multipart/form-data');
    expect(form.getAll('a')).toEqual(['1', '2']);
    expect(form.has('f')).toBe(false);
    expect(form.get('__multipart_placeholder__')).toBe('');
  });

  it("is a form with files, whose content type is never the author's", async () => {
    const form = await parts([text('1', 'a'), file('file')], 'content-type: application/json');
    expect(await (form.get('f') as File).text()).toBe('abc');
    expect(form.has('__multipart_placeholder__')).toBe(false);
  });
});

it('refuses the method OPTIONS', async () => {
  await expect(build({ method: 'options' })).rejects.toEqual(refuses('invalidMethod'));
});
