import type { Json } from '@tenon/base';
import { coerceEncodedInputs, coerceInputs } from './inputs.js';
import type { InputField } from './plan.js';
import { buildFile } from './testing/build-file.js';
import { buildField } from './testing/build-plan.js';
import type { Value } from './value.js';

const field = (type: string, more: Partial<InputField> = {}) => buildField('x', type, more);
const FILE = buildFile();
const TEN_FILES = Array.from({ length: 10 }, () => FILE);
const filesOf = (types: string[], extensions: string[] = [], methods: string[] = []) =>
  field('file', { files: { types, extensions, methods } });
const coerce = (given: InputField, raw: Json) => {
  const result = coerceInputs([given], { x: raw });
  return result.ok ? result.inputs['x'] : result.issues[0]?.code;
};

describe('coerceInputs', () => {
  it('ignores names that are no field and gives every field a value', () => {
    expect(coerceInputs([field('text-input')], { y: 1 })).toEqual({ ok: true, inputs: { x: null } });
    expect(coerceInputs([field('text-input', { default: 'd' })], {})).toEqual({ ok: true, inputs: { x: 'd' } });
  });

  it('lists every issue with name, code and a sentence', () => {
    const fields = [
      field('text-input', { required: true }),
      field('number', { name: 'n' }),
      field('paragraph', { name: 'p' }),
    ];
    expect(coerceInputs(fields, { n: 'abc', p: 'fine' })).toEqual({
      ok: false,
      issues: [
        { name: 'x', code: 'input.required', message: 'x is required in input form' },
        { name: 'n', code: 'input.notANumber', message: 'n in input form must be a valid number' },
      ],
    });
    expect(coerceInputs(fields, [])).toMatchObject({ ok: false, issues: [{ code: 'input.notAnObject' }] });
  });

  it.each<[string, InputField, Json, Value | undefined]>([
    ['text', field('text-input'), 'a\0b', 'ab'],
    ['text that is no string', field('text-input'), 1, 'input.wrongType'],
    ['text at its limit, in characters', field('text-input', { maxLength: 2 }), '😀😀', '😀😀'],
    ['text over its limit', field('paragraph', { maxLength: 2 }), 'abc', 'input.tooLong'],
    ['a mapping for text', field('paragraph'), { a: 1 }, 'input.wrongType'],
    ['an option', field('select', { options: ['a'] }), 'a', 'a'],
    ['no option', field('select', { options: ['a'] }), 'b', 'input.notAnOption'],
    ['an integer', field('number'), 3, 3],
    ['a whole numeral', field('number'), ' 42 ', 42],
    ['a large numeral', field('number'), '12345678901234567890', { $int: '12345678901234567890' }],
    ['a numeral with a point', field('number'), '1.0', { $float: '1.0' }],
    ['an empty numeral', field('number'), '', null],
    ['an empty numeral for a required number', field('number', { required: true }), ' ', 'input.required'],
    ['a word for a number', field('number'), 'one', 'input.notANumber'],
    ['an exponent without a point', field('number'), '1e3', 'input.notANumber'],
    ['a boolean for a number', field('number'), true, 'input.wrongType'],
    ['a boolean', field('checkbox'), false, false],
    ['one', field('checkbox'), 1, true],
    ['a word for yes', field('checkbox'), 'YES', true],
    ['a word for no', field('checkbox'), 'off', false],
    ['another word', field('checkbox'), 'maybe', 'input.wrongType'],
    ['two', field('checkbox'), 2, 'input.wrongType'],
    ['an object', field('json_object'), { a: 1 }, { a: 1 }],
    ['a list for an object', field('json_object'), [1], 'input.wrongType'],
    ['an empty optional file', field('file'), '', null],
    ['an empty required file', field('file', { required: true }), '', 'input.wrongType'],
    ['a file that nobody looked up', field('file'), { type: 'image', upload_file_id: 'f' }, 'input.wrongType'],
    ['one file for a list', field('file-list'), FILE, 'input.wrongType'],
    ['an empty list of files', field('file-list'), [], []],
    ['files at their number', field('file-list', { maxLength: 2 }), [FILE, FILE], [FILE, FILE]],
    ['more files than that', field('file-list', { maxLength: 1 }), [FILE, FILE], 'input.tooManyFiles'],
    ['ten files where no number is set', field('file-list'), TEN_FILES, TEN_FILES],
    ['eleven files where no number is set', field('file-list'), [...TEN_FILES, FILE], 'input.tooManyFiles'],
    ['a file without rules', field('file'), FILE, FILE],
    ['a kind of file that is allowed', filesOf(['image', 'document']), FILE, FILE],
    ['a kind of file that is not', filesOf(['image']), FILE, 'input.fileTypeNotAllowed'],
    ['an extension that is allowed, without dot and in capitals', filesOf(['custom'], ['CSV']), FILE, FILE],
    [
      'an extension that counts only where others are taken',
      filesOf(['image'], ['.csv']),
      FILE,
      'input.fileTypeNotAllowed',
    ],
    ['any other extension', filesOf(['custom'], ['.bin']), FILE, 'input.fileTypeNotAllowed'],
    ['an extension where kinds are left open', filesOf([], ['.bin']), FILE, 'input.fileTypeNotAllowed'],
    [
      'a custom file where extensions are not listed',
      filesOf(['custom']),
      { ...FILE, type: 'custom' },
      'input.fileTypeNotAllowed',
    ],
    ['a way to give files that is allowed', filesOf([], [], ['local_file']), FILE, FILE],
    ['a way to give files that is not', filesOf([], [], ['remote_url']), FILE, 'input.fileMethodNotAllowed'],
  ])('takes %s', (_name, given, raw, expected) => {
    expect(coerce(given, raw)).toEqual(expected);
  });

  it('says which files a field takes', () => {
    const given = { ...filesOf(['image', 'custom'], ['.bin']), name: 'File' };
    expect(coerceInputs([given], { File: FILE })).toMatchObject({
      issues: [{ message: 'File in input form must be a file of these kinds: image, .bin' }],
    });
  });

  it('takes a forged tag of a caller for plain keys', () => {
    expect(coerce(field('json_object'), { $secret: 'KEY', deep: { $ref: {} } })).toEqual({
      $$secret: 'KEY',
      deep: { $$ref: {} },
    });
    expect(coerce(field('number'), { $float: '1.0' })).toBe('input.wrongType');
  });
});

describe('coerceEncodedInputs', () => {
  it('keeps whole floats and large integers', () => {
    expect(coerceEncodedInputs([field('number')], { x: { $float: '1.0' } })).toEqual({
      ok: true,
      inputs: { x: { $float: '1.0' } },
    });
  });
});
