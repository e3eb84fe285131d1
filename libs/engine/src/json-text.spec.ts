import fc from 'fast-check';
import { jsonText, parseJsonText } from './json-text.js';
import { decode, encode } from './value.js';

describe('parseJsonText', () => {
  it('keeps what JavaScript would lose', () => {
    expect(parseJsonText('{"id": 12345678901234567890, "one": 1.0, "n": 1, "e": 1e3, "f": 0.5, "z": -0}')).toEqual({
      id: { $int: '12345678901234567890' },
      one: { $float: '1.0' },
      n: 1,
      e: { $float: '1000.0' },
      f: 0.5,
      z: 0,
    });
  });

  it('escapes the keys of the user that start with a dollar sign', () => {
    expect(parseJsonText('{"$secret": "KEY", "a": [{"$int": "1"}]}')).toEqual({
      $$secret: 'KEY',
      a: [{ $$int: '1' }],
    });
  });

  it('refuses what is not JSON without quoting it', () => {
    expect(() => parseJsonText('{"password": hunter2}')).toThrow(
      expect.objectContaining({ code: 'value.invalidJson', message: 'The text is not valid JSON.' }),
    );
  });

  it('refuses text that is nested beyond measure, and does not count brackets in strings', () => {
    const deep = '['.repeat(200_000);
    expect(() => parseJsonText(deep)).toThrow(expect.objectContaining({ code: 'value.tooDeep' }));
    expect(parseJsonText(JSON.stringify(`\\"${deep}`))).toBe(`\\"${deep}`);
    const allowed = '['.repeat(500) + ']'.repeat(500);
    expect(jsonText(parseJsonText(allowed))).toBe(allowed);
  });

  it('reads the same as JSON.parse but for the numbers, for any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(decode(parseJsonText(text))).toEqual(JSON.parse(text.replace(/-0(?=[,\]}]|$)/g, '0')));
      }),
    );
  });
});

describe('jsonText', () => {
  it('writes what parseJsonText has read, to the digit', () => {
    const text = '{"id":12345678901234567890,"one":1.0,"$secret":["$x",{"$$a":null}],"e":1e+16,"s":"ü\\n"}';
    expect(jsonText(parseJsonText(text))).toBe(text);
  });

  it('indents like JSON.stringify', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const plain = JSON.parse(JSON.stringify(json)) as never;
        const value = encode(plain);
        expect(JSON.parse(jsonText(value, 2))).toEqual(JSON.parse(jsonText(value)));
      }),
    );
    expect(jsonText(encode({ a: [1, {}], b: [] }), 2)).toBe(JSON.stringify({ a: [1, {}], b: [] }, null, 2));
  });

  it('writes null for what is not finite', () => {
    expect(jsonText([{ $float: 'nan' }, { $float: '-inf' }])).toBe('[null,null]');
  });
});
