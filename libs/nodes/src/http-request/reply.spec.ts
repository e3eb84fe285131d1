import { MAX_FILE_BYTES, MAX_TEXT_BYTES, readReply } from './reply.js';

const read = (
  headers: Record<string, string>,
  body: string | Uint8Array = 'hello',
  url = 'http://h/files/a%20b.bin?x=1',
) => readReply({ status: 200, headers, body: typeof body === 'string' ? new TextEncoder().encode(body) : body, url });

describe('the answer to a request', () => {
  it.each([
    ['text/html; charset=utf-8'],
    ['text/csv'],
    ['application/json'],
    ['application/vnd.api+json'],
    ['application/atom+xml'],
    ['application/x-yaml'],
    ['application/graphql-response+json'],
    [''],
  ])('is text when it is %s', (type) => {
    expect(read({ 'content-type': type })).toEqual({ kind: 'text', text: 'hello' });
  });

  it.each([['image/png'], ['audio/mpeg'], ['video/mp4'], ['application/pdf'], ['application/octet-stream']])(
    'is a file when it is %s',
    (type) => {
      expect(read({ 'content-type': type })).toMatchObject({ kind: 'file', mediaType: type });
    },
  );

  it('is text when it looks like it, whatever an application calls itself', () => {
    expect(read({ 'content-type': 'application/octet-stream' }, '{"a": 1}')).toMatchObject({ kind: 'text' });
    expect(read({ 'content-type': 'application/octet-stream' }, `{${'é'.repeat(600)}`)).toMatchObject({ kind: 'text' });
    expect(read({ 'content-type': 'application/octet-stream' }, new Uint8Array([0x7b, 0xff]))).toMatchObject({
      kind: 'file',
    });
  });

  it.each([
    ['attachment', 'a b.bin', '.bin'],
    ['attachment; filename="../../etc/x.PDF"', 'x.PDF', '.pdf'],
    ["inline; filename*=UTF-8''%C3%A4.txt", 'ä.txt', '.txt'],
  ])('is a file when its disposition is %s', (disposition, filename, extension) => {
    expect(read({ 'content-type': 'text/plain', 'content-disposition': disposition })).toMatchObject({
      filename,
      extension,
    });
  });

  it('is no file for being shown inline', () => {
    expect(read({ 'content-type': 'text/plain', 'content-disposition': 'inline' })).toMatchObject({ kind: 'text' });
  });

  it.each([
    ['http://h/', 'file.png', '.png'],
    ['http://h/a', 'a.png', '.png'],
    ['http://h/%E4%.x', '%E4%.x', '.x'],
  ])('takes its name from %s', (url, filename, extension) => {
    expect(read({ 'content-type': 'image/png' }, 'x', url)).toMatchObject({ filename, extension });
  });

  it('is read in its character set, known or not', () => {
    expect(read({ 'content-type': 'text/plain; charset="iso-8859-1"' }, new Uint8Array([0xe4]))).toMatchObject({
      text: 'ä',
    });
    expect(read({ 'content-type': 'text/plain; charset=martian' }, 'ä')).toMatchObject({ text: 'ä' });
  });

  it('is too large beyond a megabyte of text or ten of a file', () => {
    const refused = expect.objectContaining({ code: 'request.replyTooLarge' }) as Error;
    expect(() => read({ 'content-type': 'text/plain' }, new Uint8Array(MAX_TEXT_BYTES + 1))).toThrow(refused);
    expect(read({ 'content-type': 'image/png' }, new Uint8Array(MAX_TEXT_BYTES + 1))).toMatchObject({ kind: 'file' });
    expect(() => read({ 'content-type': 'image/png' }, new Uint8Array(MAX_FILE_BYTES + 1))).toThrow(refused);
  });
});
