import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiClient } from '../api/client.js';
import type { StartField } from './start-form.js';
import { uploadFiles } from './upload-files.js';

interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly name: string;
  readonly content: string;
}

let server: Server;
let client: ApiClient;
let received: Received[];
let status: number;

/** Keeps what arrives and answers as the API does. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = { 'content-type': request.headers['content-type'] as string };
      void new Response(Buffer.concat(chunks), { headers }).formData().then(async (form) => {
        const file = form.get('file') as File;
        const { authorization } = request.headers;
        received.push({ path: request.url as string, authorization, name: file.name, content: await file.text() });
        const answer = status === 201 ? { id: `id-${received.length}`, type: 'document' } : { message: 'Too large.' };
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new ApiClient({ url, token: 'a token' }, new AbortController().signal);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  received = [];
  status = 201;
});

const field = (name: string, type: string): StartField => ({ name, type, isRequired: true });
const fields = [field('doc', 'file'), field('more', 'file-list'), field('text', 'paragraph')];
const given = (name: string) => ({ name, file: '/tmp/folder/ü.csv', bytes: Buffer.from('a,b') });

describe('uploadFiles', () => {
  it('sends files for the fields that take them, and nothing else', async () => {
    const text = { name: 'doc2', text: 'x' };
    const inputs = await uploadFiles(client, [given('doc'), given('more'), given('text'), text], fields);
    const reference = (id: string) => `{"type":"document","transfer_method":"local_file","upload_file_id":"${id}"}`;
    expect(inputs).toEqual([
      { name: 'doc', text: reference('id-1') },
      { name: 'more', text: `[${reference('id-2')}]` },
      ...[given('text'), text],
    ]);
    const sent = { path: '/api/files', authorization: 'Bearer a token', name: 'ü.csv', content: 'a,b' };
    expect(received).toEqual([sent, sent]);
  });

  it('sends nothing when the form is not known', async () => {
    expect(await uploadFiles(client, [given('doc')], undefined)).toEqual([given('doc')]);
    expect(received).toEqual([]);
  });

  it.each([
    [413, 'cli.refused', 'ü.csv: Too large.'],
    [401, 'cli.tokenRefused', 'does not know the token'],
    [503, 'cli.unreachable', 'Too large.'],
  ])('says what a %d means', async (answered, code, sentence) => {
    status = answered;
    await expect(uploadFiles(client, [given('doc')], fields)).rejects.toMatchObject({
      ...{ code, message: expect.stringContaining(sentence) },
    });
  });
});
