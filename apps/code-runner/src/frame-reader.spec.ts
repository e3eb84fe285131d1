import { PassThrough } from 'node:stream';
import { FrameReader } from './frame-reader.js';

let stream: PassThrough;
let reader: FrameReader;
beforeEach(() => {
  stream = new PassThrough();
  reader = new FrameReader(stream);
});

it('reads frames however the pipe cuts them', async () => {
  const frames = Buffer.concat([
    Buffer.from('{"type":"a","bytes":5}\n{"b}\n'),
    Buffer.from('{"type":"c","bytes":0}\n{"type":"d","bytes":1}\nx'),
  ]);
  for (const byte of frames) stream.write(Buffer.of(byte));
  expect(await reader.read(100)).toEqual({ header: { type: 'a', bytes: 5 }, body: Buffer.from('{"b}\n') });
  expect(await reader.read(100)).toEqual({ header: { type: 'c', bytes: 0 }, body: Buffer.alloc(0) });
  expect(await reader.read(100)).toEqual({ header: { type: 'd', bytes: 1 }, body: Buffer.from('x') });
});

it('reads frames that come at once', async () => {
  stream.write('{"type":"a","bytes":1}\nx{"type":"b","bytes":1}\ny');
  expect((await reader.read(24)).body.toString()).toBe('x');
  expect((await reader.read(24)).body.toString()).toBe('y');
});

it.each([
  ['says that more follows than is wanted', '{"bytes":101}\n'],
  ['writes without an end of line', 'x'.repeat(101)],
])('refuses a child that %s', async (_what, text) => {
  stream.write(text);
  await expect(reader.read(100)).rejects.toMatchObject({ reason: 'tooLarge' });
  // Nothing that comes afterwards is kept or believed.
  stream.write('{"bytes":0}\n');
  await expect(reader.read(100)).rejects.toMatchObject({ reason: 'tooLarge' });
});

it.each([['no JSON\n'], ['1\n'], ['{}\n'], ['{"bytes":-1}\n'], ['{"bytes":1.5}\n'], ['{"bytes":"x"}\n']])(
  'refuses %j',
  async (text) => {
    stream.write(text);
    await expect(reader.read(100)).rejects.toMatchObject({ reason: 'malformed' });
  },
);

it('says that the child has ended, also in the middle of a frame', async () => {
  const read = reader.read(100);
  stream.end('{"bytes":5}\nx');
  await expect(read).rejects.toMatchObject({ reason: 'ended' });
});
