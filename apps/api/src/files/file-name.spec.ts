import { bareName, extensionOf, mediaTypeOf } from './file-name.js';

describe('bareName', () => {
  it.each([
    ['report 2026.csv', 'report 2026.csv'],
    ['数据.csv', '数据.csv'],
    ['../../x', 'x'],
    ['..\\..\\windows\\x.exe', 'x.exe'],
    ['/etc/passwd', 'passwd'],
    ['a\0b\r\nc\u001b.txt', 'abc.txt'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['', 'file'],
    ['folder/', 'file'],
    ['..', 'file'],
    ['\ud800', '\ufffd'],
  ])('makes of %j the name %j', (given, name) => {
    expect(bareName(given)).toBe(name);
  });

  it('cuts a long name in characters and keeps its extension', () => {
    const name = bareName(`${'😀'.repeat(300)}.csv`);
    expect([[...name].length, name.endsWith('😀.csv')]).toEqual([255, true]);
    expect([...bareName(`a.${'x'.repeat(400)}`)].length).toBe(255);
  });
});

it('extensions and media types go by the name', () => {
  const names = ['a.CSV', 'b.tar.gz', '.profile', 'c.', 'd', 'e.__proto__'];
  expect(names.map(extensionOf)).toEqual(['.csv', '.gz', '', '', '', '.__proto__']);
  const unknown = 'application/octet-stream';
  expect(names.map(mediaTypeOf)).toEqual(['text/csv', 'application/gzip', unknown, unknown, unknown, unknown]);
});
