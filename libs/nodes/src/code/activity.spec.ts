import type { Json, JsonObject } from '@tenon/base';
import type { Outputs } from '@tenon/engine';
import { buildFile } from '@tenon/engine/testing';
import { codeErrors, type CodeRequest } from '@tenon/ports';
import { failureIn, outputsIn, performNode } from '../testing/perform-node.js';

async function run(result: string, outputs: JsonObject, more: JsonObject = {}, pool: Record<string, Outputs> = {}) {
  const requests: CodeRequest[] = [];
  const code = {
    run: async (request: CodeRequest) => {
      requests.push(request);
      return { result, printed: 'noise', durationMs: 3 };
    },
    describe: async () => ({}),
  };
  const data = { code_language: 'python3', code: 'def main(): return {}', variables: [], outputs, ...more };
  return { performed: await performNode('code', data, { pool, ports: { code } }), requests };
}

const declared = (type: string, children: JsonObject | null = null) => ({ x: { type, children } });

describe('a code step', () => {
  it('hands over raw values, whole numbers and others apart, and null for what is not there', async () => {
    const variables = ['a', 'b', 'c', 'd'].map((name) => ({ variable: name, value_selector: ['n', name] }));
    const pool = { n: { a: { $float: '1.0' }, b: 2, c: { $$ref: 'x', list: [true, null] } } };
    const { requests } = await run('{}', {}, { variables }, pool);
    expect(requests[0]?.inputs).toBe('{"a":1.0,"b":2,"c":{"$ref":"x","list":[true,null]},"d":null}');
    expect(requests[0]).toMatchObject({ language: 'python3', code: 'def main(): return {}' });
  });

  it('hands over null for no files, and an empty list otherwise', async () => {
    const variables: Json[] = [
      { variable: 'files', value_selector: ['sys', 'files'] },
      { variable: 'declared', value_selector: ['n', 'list'], value_type: 'array[file]' },
      { variable: 'list', value_selector: ['n', 'list'] },
    ];
    const { requests } = await run('{}', {}, { variables }, { sys: { files: [] }, n: { list: [] } });
    expect(requests[0]?.inputs).toBe('{"files":null,"declared":null,"list":[]}');
  });

  it('hands over a file as the mapping it is, an attribute as its value, and files as a list', async () => {
    const file = buildFile();
    const variables: Json[] = [
      { variable: 'file', value_selector: ['n', 'file'] },
      { variable: 'size', value_selector: ['n', 'file', 'size'] },
      { variable: 'files', value_selector: ['n', 'files'] },
    ];
    const { requests } = await run('{}', {}, { variables }, { n: { file, files: [file] } });
    expect(JSON.parse(requests[0]?.inputs ?? '')).toEqual({ file, size: 8, files: [file] });
  });

  it('keeps what was printed for people only', async () => {
    const { performed } = await run('{"x": "a"}', declared('string'));
    expect(outputsIn(performed)).toEqual({ x: 'a' });
    expect(performed.recorded).toEqual({ reply: { printed: 'noise', durationMs: 3 } });
  });

  it('fails as its runner does', async () => {
    const code = {
      run: () => Promise.reject(codeErrors.failed('ZeroDivisionError: line 2')),
      describe: async () => ({}),
    };
    const data = { code_language: 'javascript', code: 'function main() {}', variables: [], outputs: {} };
    expect(failureIn(await performNode('code', data, { ports: { code } }))).toMatchObject({
      type: 'CodeExecutionError',
      message: 'ZeroDivisionError: line 2',
    });
  });

  it.each([
    ['string', '"a\\u0000b"', 'ab'],
    ['string', 'null', null],
    ['number', '1.0', { $float: '1.0' }],
    ['number', 'true', 1],
    ['number', '"1e-5"', 0.00001],
    ['number', 'null', null],
    ['boolean', '"anything"', 'anything'],
    ['object', '{"a": {"b": [1, null]}}', { a: { b: [1, null] } }],
    ['object', 'null', null],
    ['array[string]', '["a", null]', ['a', null]],
    ['array[number]', '[1, 2.5, false]', [1, 2.5, 0]],
    ['array[object]', '[{"a": 1}, null]', [{ a: 1 }, null]],
    ['array[boolean]', '[true, null]', [true, null]],
    ['array[string]', 'null', null],
  ])('takes for a %s %s', async (type, json, value) => {
    expect(outputsIn((await run(`{"x": ${json}}`, declared(type))).performed)).toEqual({ x: value });
  });

  it.each([
    ['string', '1', 'OutputValidationError', 'Output x must be a string, got integer.'],
    ['string', JSON.stringify('x'.repeat(400_001)), 'OutputValidationError', /400000 characters/],
    ['number', '"1"', 'OutputValidationError', 'Output x must be a number, got string.'],
    ['number', '9223372036854775808', 'OutputValidationError', /between/],
    ['number', '1e400', 'OutputValidationError', /between/],
    ['object', '[]', 'OutputValidationError', 'Output x is not an object, got array[any] instead.'],
    [
      'object',
      '{"a": [1, "b"]}',
      'OutputValidationError',
      'Output x.a is not a valid array. Make sure all elements are of the same type.',
    ],
    ['object', '{"a":{"b":{"c":{"d":{"e":1}}}}}', 'DepthLimitError', 'Depth limit 5 reached, object too deep.'],
    ['array[string]', `[${'"a",'.repeat(30)}"a"]`, 'OutputValidationError', /at most 30 elements/],
    ['array[number]', '[1, null]', 'OutputValidationError', 'Output x[1] must be a number, got none.'],
    ['array[boolean]', '[1]', 'OutputValidationError', 'Output x[0] must be a boolean, got integer.'],
    ['array[object]', '[{}, 1]', 'OutputValidationError', 'Output x[1] is not an object, got integer instead.'],
  ])('refuses for a %s %s', async (type, json, name, message) => {
    const { performed } = await run(`{"x": ${json}}`, declared(type));
    expect(failureIn(performed)).toMatchObject({
      type: name,
      message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
    });
  });

  it('checks the members of an object that are declared', async () => {
    const outputs = declared('object', { a: { type: 'object', children: { b: { type: 'number' } } } });
    expect(outputsIn((await run('{"x": {"a": {"b": true}}}', outputs)).performed)).toEqual({ x: { a: { b: 1 } } });
    expect(failureIn((await run('{"x": {"a": {}}}', outputs)).performed).message).toBe('Output x.a.b is missing.');
    expect(failureIn((await run('{"x": {"a": {"b": 1, "c": 2}}}', outputs)).performed)).toMatchObject({
      type: 'CodeNodeError',
      message: 'Not all output parameters are validated.',
    });
  });

  it('refuses what is no mapping', async () => {
    expect(failureIn((await run('[1]', {})).performed)).toMatchObject({ type: 'CodeExecutionError' });
    expect(failureIn((await run('null', {})).performed)).toMatchObject({ type: 'CodeExecutionError' });
  });

  it('fails, and does nothing else, for a result that nests without end', async () => {
    const { performed } = await run(`{"x": ${'['.repeat(100_000)}`, declared('object'));
    expect(failureIn(performed)).toMatchObject({ type: 'DepthLimitError' });
  });

  it('is short work, since it can be repeated', async () => {
    expect((await run('{}', {})).performed.instruction).toMatchObject({ weight: 'short', timeoutMs: 60_000 });
  });

  it('refuses types of outputs that there are not', async () => {
    await expect(run('{}', declared('file'))).rejects.toThrow();
  });
});
