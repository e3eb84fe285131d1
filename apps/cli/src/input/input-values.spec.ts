import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fitInputs, readGivenInputs } from './input-values.js';
import type { StartField } from './start-form.js';

const field = (name: string, type: string, isRequired = false): StartField => ({ name, type, isRequired });

describe('readGivenInputs', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-inputs-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('takes everything after the first = as it is', async () => {
    expect(await readGivenInputs(['a=b=c', 'empty=', 'lines=1\n2'])).toEqual([
      { name: 'a', text: 'b=c' },
      { name: 'empty', text: '' },
      { name: 'lines', text: '1\n2' },
    ]);
  });

  it('takes what a file holds for @, and an @ for two', async () => {
    const file = path.join(folder, 'text');
    await writeFile(file, 'from a file\n');
    expect(await readGivenInputs([`a=@${file}`, 'b=@@home'])).toEqual([
      { name: 'a', file, bytes: Buffer.from('from a file\n') },
      { name: 'b', text: '@home' },
    ]);
  });

  it.each([
    [['no value'], 'write it as name=value'],
    [['=x'], 'write it as name=value'],
    [['a=1', 'a=2'], 'given twice'],
    [['a=@/no/such/file'], 'There is no file /no/such/file'],
    [['a=@/'], '/ is a folder'],
  ])('refuses %j', async (args, sentence) => {
    await expect(readGivenInputs(args)).rejects.toMatchObject({
      code: 'cli.usage',
      message: expect.stringContaining(sentence),
    });
  });
});

describe('fitInputs', () => {
  const fields = [
    ...[field('text', 'paragraph', true), field('count', 'number'), field('isOn', 'checkbox')],
    ...[field('settings', 'json_object'), field('anything', 'json')],
  ];
  const fit = (name: string, text: string) => fitInputs([{ name, text }], fields)[name];

  it('leaves text, numerals and yes or no to the API, which reads them exactly', () => {
    expect([fit('text', '{"a":1}'), fit('count', '12345678901234567890'), fit('isOn', 'true')]).toEqual([
      ...['{"a":1}', '12345678901234567890', 'true'],
    ]);
  });

  it('takes the text of a file for them, and refuses one that is no UTF-8 text', () => {
    const fitFile = (bytes: Buffer) => fitInputs([{ name: 'text', file: '/tmp/x', bytes }], fields)['text'];
    expect(fitFile(Buffer.from('grün\n'))).toBe('grün\n');
    expect(() => fitFile(Buffer.from([0x67, 0xfc]))).toThrow('/tmp/x is no UTF-8 text');
  });

  it('says how to give a file', () => {
    const takesFile = [field('doc', 'file', true)];
    expect(() => fitInputs([{ name: 'doc', text: 'data.csv' }], takesFile)).toThrow('write it as doc=@file');
    expect(fitInputs([{ name: 'doc', text: '{"type":"image"}' }], takesFile)).toEqual({ doc: { type: 'image' } });
  });

  it('reads JSON where a field asks for more than text', () => {
    expect(fit('settings', '{"deep": [1, true]}')).toEqual({ deep: [1, true] });
    expect([fit('anything', '[1]'), fit('anything', 'plain words')]).toEqual([[1], 'plain words']);
  });

  it('refuses what is no JSON object where one is needed', () => {
    for (const text of ['{broken', '[1]', '"text"'])
      expect(() => fit('settings', text)).toThrow('--input settings takes a JSON object');
  });

  it('refuses a name that is no field, and names those that are', () => {
    expect(() => fit('txet', 'x')).toThrow('it has text (paragraph, required), count (number)');
    expect(() => fitInputs([{ name: 'x', text: '' }], [])).toThrow('the app takes no inputs');
  });

  it('passes everything on as text when the form is not known', () => {
    expect(fitInputs([{ name: 'x', text: '1' }], undefined)).toEqual({ x: '1' });
  });
});
