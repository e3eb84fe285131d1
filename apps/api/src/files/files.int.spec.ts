import { randomUUID } from 'node:crypto';
import { startApiBench, type ApiBench, type ApiClient } from '../testing/api-bench.js';

let bench: ApiBench;
let appId: string;
beforeAll(async () => {
  bench = await startApiBench({ TENON_PUBLIC_URL: 'https://tenon.example/' });
  const { importApp } = await bench.owner.ask(
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } issues { message } } }',
    { input: { content: APP } },
  );
  appId = importApp.app.id;
}, 60_000);
afterAll(() => bench.close());

const APP = `
kind: app
version: 0.6.0
app: {name: Files, mode: workflow}
workflow:
  graph:
    nodes:
      - id: start
        data:
          type: start
          title: Start
          variables:
            - {variable: doc, label: Doc, type: file, required: true, allowed_file_types: [document]}
            - {variable: more, label: More, type: file-list, required: false, max_length: 2}
            - {variable: size, label: Size, type: number, required: false}
      - {id: end, data: {type: end, title: End, outputs: [{variable: size, value_selector: [start, doc, size]}]}}
    edges:
      - {id: e, source: start, target: end, sourceHandle: source, targetHandle: target}
`;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function send(form: FormData, client: ApiClient): Promise<Answer> {
  const headers: Record<string, string> = client.token ? { authorization: `Bearer ${client.token}` } : {};
  const response = await fetch(`${bench.url}/api/files`, { method: 'POST', headers, body: form });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

function upload(content: string | Uint8Array<ArrayBuffer>, name: string, client = bench.owner): Promise<Answer> {
  const form = new FormData();
  // the media type of the part is the sender's claim
  form.set('file', new Blob([content], { type: 'text/html' }), name);
  return send(form, client);
}

async function start(inputs: object) {
  const { startRun } = await bench.owner.ask(
    'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id inputs } errors { code path message } } }',
    { input: { appId, useDraft: true, inputs } },
  );
  return startRun as {
    run: { inputs: Record<string, unknown> } | null;
    errors: { code: string; path: string[]; message: string }[];
  };
}

const uploaded = (id: unknown, type = 'document') => ({ type, transfer_method: 'local_file', upload_file_id: id });
const codes = async (inputs: object) => (await start(inputs)).errors.map(({ code, path }) => `${path[1]} ${code}`);
const countRuns = async () => (await bench.test.database.rows('select 1 from run')).length;

describe('an upload', () => {
  it('is kept for its team, and described by its name alone', async () => {
    const { status, body } = await upload('a,b\n1,2\n', '数据.CSV');
    expect([status, body]).toEqual([
      201,
      { id: body['id'], name: '数据.CSV', size: 8, extension: 'csv', mime_type: 'text/csv', type: 'document' },
    ]);
    expect((await upload('?', 'README')).body).toMatchObject({
      ...{ extension: null, mime_type: 'application/octet-stream', type: 'custom' },
    });
  });

  it('has a bare name, whatever its sender calls it', async () => {
    expect((await upload('x', '../../x')).body).toMatchObject({ name: 'x' });
    expect((await upload('x', '..\\..\\boot.ini')).body).toMatchObject({ name: 'boot.ini' });
    // written by hand: a FormData has no such names
    const body = [
      '--b\r\nContent-Disposition: form-data; name="file"; filename*=utf-8\'\'a%07%E2%80%AEb.txt',
      '\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n',
    ].join('');
    const response = await fetch(`${bench.url}/api/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bench.owner.token}`, 'content-type': 'multipart/form-data; boundary=b' },
      body,
    });
    expect([response.status, ((await response.json()) as { name: string }).name]).toEqual([201, 'ab.txt']);
  });

  it('may have 15 MB, and not a byte more', async () => {
    const most = 15 * 1024 * 1024;
    expect((await upload(new Uint8Array(most), 'most.bin')).body).toMatchObject({ size: most });
    expect(await upload(new Uint8Array(most + 1), 'more.bin')).toEqual({
      status: 413,
      body: { code: 'file.tooLarge', message: 'A file has at most 15 MB; give a smaller one.' },
    });
  });

  it('is one file in the right field, of somebody who is signed in', async () => {
    const two = new FormData();
    two.append('file', new Blob(['a']), 'a');
    two.append('file', new Blob(['b']), 'b');
    const misnamed = new FormData();
    misnamed.set('upload', new Blob(['a']), 'a');
    for (const form of [two, misnamed])
      expect(await send(form, bench.owner)).toMatchObject({ status: 400, body: { code: 'file.invalidUpload' } });
    expect(await upload('a', 'a', bench.nobody)).toMatchObject({ status: 401, body: { code: 'auth.required' } });
    const headers = { authorization: `Bearer ${bench.owner.token}` };
    const none = await fetch(`${bench.url}/api/files`, { method: 'POST', headers });
    expect([none.status, await none.json()]).toMatchObject([400, { code: 'file.none' }]);
  });
});

describe('a run', () => {
  it('is accepted with an upload, which it knows as a file value', async () => {
    const { body } = await upload('a,b\n1,2\n', 'data.csv');
    const { run, errors } = await start({ doc: uploaded(body['id']), size: '3' });
    expect(errors).toEqual([]);
    const { doc, ...others } = run?.inputs ?? {};
    expect(others).toEqual({ more: null, size: 3 });
    const { url, ...members } = doc as { url: string };
    expect(members).toEqual({
      dify_model_identity: '__dify__file__',
      id: null,
      type: 'document',
      transfer_method: 'local_file',
      remote_url: null,
      related_id: body['id'],
      filename: 'data.csv',
      extension: '.csv',
      mime_type: 'text/csv',
      size: 8,
    });
    expect(url).toMatch(/^https:\/\/tenon\.example\/files\/files\/[0-9a-f-]{36}\/[0-9a-f]{64}$/);
    const get = (token: string) =>
      fetch(url.replace('https://tenon.example', bench.url), { headers: { authorization: `Bearer ${token}` } });
    expect(await (await get(bench.owner.token)).text()).toBe('a,b\n1,2\n');
    expect((await get(bench.stranger.token)).status).toBe(404);
  });

  it('takes files at addresses, without fetching them', async () => {
    const remote = (url: string, type = 'document') => ({ type, transfer_method: 'remote_url', url });
    const { id } = (await upload('x', 'x.txt')).body;
    const more = [remote('http://x.test/a%20b.PNG?size=1'), remote('https://x.test/page', 'video')];
    const { run, errors } = await start({ doc: uploaded(id), more });
    expect(errors).toEqual([]);
    expect(run?.inputs['more']).toMatchObject([
      { type: 'image', filename: 'a b.PNG', extension: '.png', mime_type: 'image/png', size: -1, related_id: null },
      { type: 'video', filename: 'page', extension: '', remote_url: 'https://x.test/page', url: 'https://x.test/page' },
    ]);
    for (const address of ['ftp://x.test/a', 'javascript:alert(1)', '/files/a', ''])
      expect(await codes({ doc: remote(address) })).toEqual(['doc input.invalidUrl']);
  });

  it('does not begin with files that are not there, or that are another team’s', async () => {
    const before = await countRuns();
    const theirs = (await upload('x', 'x.txt', bench.stranger)).body['id'];
    for (const id of [theirs, randomUUID(), 'no id', '../../x'])
      expect(await codes({ doc: uploaded(id), size: 'many' })).toEqual([
        'doc input.fileMissing',
        'size input.notANumber',
      ]);
    const ours = (await upload('x', 'x.txt')).body['id'];
    expect(await codes({ doc: uploaded(ours), more: [uploaded(ours), uploaded(theirs)] })).toEqual([
      'more input.fileMissing',
    ]);
    expect(await countRuns()).toBe(before);
  });

  it('does not begin without a required file, with another kind, or with too many', async () => {
    const before = await countRuns();
    const document = uploaded((await upload('x', 'x.txt')).body['id']);
    const program = (await upload('x', 'x.exe')).body['id'];
    expect(await codes({})).toEqual(['doc input.required']);
    // what the caller says of a file does not count
    expect(await codes({ doc: uploaded(program, 'document') })).toEqual(['doc input.fileTypeNotAllowed']);
    expect(await codes({ doc: document, more: [document, document, document] })).toEqual(['more input.tooManyFiles']);
    expect(await codes({ doc: [document] })).toEqual(['doc input.wrongType']);
    expect(await countRuns()).toBe(before);
  });

  it('does not take a file value of the caller’s own making', async () => {
    const { body } = await upload('x', 'x.txt');
    const { run } = await start({ doc: uploaded(body['id']) });
    const forged = { ...(run?.inputs['doc'] as object), url: 'https://evil.test/' };
    for (const doc of [forged, { ...forged, transfer_method: 'tool_file' }, [forged], 'text'])
      expect(await codes({ doc })).toEqual(['doc input.wrongType']);
    const again = await start({ doc: { ...forged, upload_file_id: body['id'] } });
    expect(again.run?.inputs['doc']).toEqual(run?.inputs['doc']);
  });
});

it('what runs have kept is a download for their team, and for nobody else', async () => {
  const hash = 'a'.repeat(64);
  const [row] = await bench.test.database.rows<{ id: string }>(`select id from team where name = 'My team'`);
  await bench.objects.put(`responses/${row!.id}/${hash}`, new TextEncoder().encode('<script>'), 'text/html');
  const url = `${bench.url}/files/responses/${row!.id}/${hash}`;
  const get = (token: string) => fetch(url, { headers: { ...(token && { authorization: `Bearer ${token}` }) } });
  const theirs = await get(bench.owner.token);
  expect([theirs.status, await theirs.text()]).toEqual([200, '<script>']);
  expect(theirs.headers.get('content-disposition')).toContain('attachment');
  expect(theirs.headers.get('content-type')).toBe('application/octet-stream');
  expect(theirs.headers.get('cache-control')).toBe('private, no-cache');
  const known = { 'if-none-match': theirs.headers.get('etag') as string, 'cache-control': 'max-age=0' };
  const again = (token: string) => fetch(url, { headers: { ...known, authorization: `Bearer ${token}` } });
  expect([(await again(bench.owner.token)).status, (await again(bench.stranger.token)).status]).toEqual([304, 404]);
  expect((await get(bench.stranger.token)).status).toBe(404);
  expect((await get('')).status).toBe(401);
  expect((await fetch(`${bench.url}/files/responses/..%2f${row!.id}/${hash}`)).status).toBe(404);
});
