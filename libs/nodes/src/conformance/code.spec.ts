import type { JsonObject } from '@tenon/base';
import { appText, endNode, startNode } from '../testing/app-text.js';
import { runApp } from '../testing/run-app.js';

async function run(result: unknown, outputs: JsonObject) {
  const code = {
    run: async () => ({ result: JSON.stringify(result), printed: '', durationMs: 1 }),
    describe: async () => ({}),
  };
  const nodes = {
    start: startNode(),
    code: { type: 'code', code_language: 'python3', code: 'def main(): ...', variables: [], outputs },
    end: endNode({ x: 'code.x' }),
  };
  const { outcome } = await runApp(appText({ nodes, edges: ['start -> code', 'code -> end'] }), { ports: { code } });
  return outcome;
}

const declared = (type: string) => ({ x: { type, children: null } });

describe('outputs of code', () => {
  it('46: names the place of a nested member that is missing', async () => {
    const outputs = { a: { type: 'object', children: { b: { type: 'string', children: null } } } };
    expect((await run({ a: {} }, outputs))?.failure).toMatchObject({
      type: 'OutputValidationError',
      message: 'Output a.b is missing.',
    });
  });

  it.each([
    ['array[string]', ['a', 1]],
    ['array[object]', [{}, 'a']],
  ])('46: refuses an element that does not belong into %s', async (type, x) => {
    expect((await run({ x }, declared(type)))?.failure).toMatchObject({ type: 'OutputValidationError' });
  });

  it('46: takes booleans for 0 and 1 where numbers are declared', async () => {
    expect((await run({ x: true }, declared('number')))?.outputs).toEqual({ x: 1 });
    expect((await run({ x: [false, 2] }, declared('array[number]')))?.outputs).toEqual({ x: [0, 2] });
  });

  it('46: takes text in scientific notation for a number', async () => {
    expect((await run({ x: '-2.5E+10' }, declared('number')))?.outputs).toEqual({ x: { $float: '-25000000000.0' } });
    expect((await run({ x: { y: '1e-5' } }, declared('object')))?.outputs).toEqual({ x: { y: 0.00001 } });
  });
});
