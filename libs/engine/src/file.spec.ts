import { fileTypeOf, isFileValue, keptFileUrl, objectKeyIn } from './file.js';
import { walk } from './reference.js';
import { buildFile } from './testing/build-file.js';
import { toLog, toMarkdown, toText } from './text-form.js';
import { typeOf, type Value } from './value.js';

/** Also one that is broken. */
const file = (more: object = {}): Value => buildFile(more);
const address = { filename: '', remote_url: 'https://x.test/b', related_id: null, url: 'https://x.test/b', size: -1 };

describe('a file value', () => {
  it('is a type of its own, alone and in lists of files', () => {
    const list = [file(), file(address)];
    expect([file(), list, [file(), {}], { inside: file() }].map(typeOf)).toEqual([
      ...['file', 'array[file]', 'array[any]', 'object'],
    ]);
  });

  it('is whole: a mapping that lacks something is a mapping', () => {
    const broken = [{ type: 'picture' }, { transfer_method: '' }, { url: null }, { size: '8' }, { related_id: 7 }];
    expect(broken.map((more) => isFileValue(file(more)))).toEqual(broken.map(() => false));
    expect(typeOf({ dify_model_identity: '__dify__file__' })).toBe('object');
  });

  it('has these attributes, and nothing below them', () => {
    const names = ['type', 'size', 'name', 'mime_type', 'transfer_method', 'url', 'extension', 'related_id'];
    expect(names.map((name) => walk(file(), [name, 'ignored']))).toEqual([
      ...['document', 8, 'a.csv', 'text/csv', 'local_file', 'https://tenon.example/files/a', '.csv', 'f'],
    ]);
    for (const name of ['filename', 'id', 'remote_url', 'dify_model_identity', 'constructor'])
      expect(walk(file(), [name])).toBeUndefined();
    expect(walk(file(address), ['related_id'])).toBeNull();
  });

  it('is given whole from inside a mapping, but has no paths there', () => {
    const mapping = { inside: file() };
    expect(walk(mapping, ['inside'])).toEqual(file());
    expect(walk(mapping, ['inside', 'size'])).toBeUndefined();
    expect(walk([file()], ['0'])).toBeUndefined();
  });

  it('reads as nothing, and as a link in answers', () => {
    const image = file({ type: 'image', filename: 'b.png' });
    expect([file(), [file()]].flatMap((value) => [toText(value), toLog(value)])).toEqual(['', '', '', '']);
    expect(toMarkdown(file())).toBe('[a.csv](https://tenon.example/files/a)');
    expect(toMarkdown(image)).toBe('![b.png](https://tenon.example/files/a)');
    expect(toMarkdown(file(address))).toBe('[https://x.test/b](https://x.test/b)');
    expect(toMarkdown([file(), image])).toBe(
      '[a.csv](https://tenon.example/files/a)\n![b.png](https://tenon.example/files/a)',
    );
  });

  it('cannot end its link early and begin another', () => {
    const hostile = file({ filename: 'a](javascript:x) [b', url: 'https://x.test/a) [c](javascript:y' });
    expect(toMarkdown(hostile)).toBe('[a\\](javascript:x) \\[b](https://x.test/a%29%20[c]%28javascript:y)');
  });
});

describe('fileTypeOf', () => {
  it('goes by the extension alone', () => {
    expect(['.PNG', 'webm', '.m4a', '.csv', '.exe', '', '.constructor'].map(fileTypeOf)).toEqual([
      ...['image', 'video', 'audio', 'document', 'custom', 'custom', 'custom'],
    ]);
  });
});

it('the address of a kept file holds its object key, whatever the public URL', () => {
  const key = 'files/team/0a1b';
  const urls = ['', 'https://tenon.example', 'https://tenon.example/', 'https://x.test/files/a//'].map((publicUrl) =>
    keptFileUrl(key, publicUrl),
  );
  expect(urls).toEqual([
    ...['/files/files/team/0a1b', 'https://tenon.example/files/files/team/0a1b'],
    ...['https://tenon.example/files/files/team/0a1b', 'https://x.test/files/a/files/files/team/0a1b'],
  ]);
  expect(urls.map(objectKeyIn)).toEqual([key, key, key, key]);
  for (const other of ['', 'https://x.test/a/b/c', '/files/a/b', '/files/a/b/c/d', '/files/a/b/c?d', '/files/a//c'])
    expect(objectKeyIn(other)).toBeUndefined();
});
