import { ask, type Answer } from './testing/ask.js';
import { spawnCodeRunner, type CodeRunnerProcess } from './testing/index.js';

jest.setTimeout(30_000);

let runner: CodeRunnerProcess;
beforeAll(async () => (runner = await spawnCodeRunner()));
afterAll(() => runner.close());

const run = (code: string, timeoutMs?: number, inputs?: string): Promise<Answer> =>
  ask(runner, { language: 'javascript', code, ...(timeoutMs ? { timeoutMs } : {}), ...(inputs ? { inputs } : {}) });

describe('limits', () => {
  it.each([
    ['an endless loop', 'const main = () => { for (;;); };'],
    ['an endless loop outside of main', 'for (;;);'],
    ['a catastrophic regular expression', 'const main = () => /(a+)+$/.test("a".repeat(60) + "b");'],
    ['a promise that never ends', 'const main = () => { (async () => { for (;;); })(); return {}; };'],
    ['a proxy whose keys never end', 'const main = () => new Proxy({}, { ownKeys() { for (;;); } });'],
    ['a result that never ends', 'const main = () => ({ get a() { for (;;); } });'],
    ['an error that never ends', 'const main = () => { throw { toString() { for (;;); }, toJSON() { for (;;); } }; };'],
  ])('B28 stops %s at the time limit', async (_what, code) => {
    const { error } = await run(code, 300);
    expect(error).toMatchObject({ code: 'code.timedOut', message: 'The code ran longer than its limit of 300 ms.' });
  });

  it.each([
    ['arrays that are filled', 'const kept = []; for (;;) kept.push(new Array(1000).fill(1));'],
    ['one large array', 'new Array(2 ** 27).fill(0);'],
    ['typed arrays', 'const kept = []; for (;;) kept.push(new Uint8Array(1e6));'],
    ['one typed array', 'new Uint8Array(2 ** 30);'],
    ['a little too much', 'new Uint8Array(130 * 2 ** 20); return {};'],
    ['a large text', '"x".repeat(2 ** 29);'],
    ['objects', 'let top = {}; for (;;) top = { top, a: 1 };'],
    ['shared memory', 'const kept = []; for (;;) kept.push(new SharedArrayBuffer(1e7));'],
  ])('S1 B28 stops %s at the memory limit', async (_what, body) => {
    const { error } = await run(`const main = () => { ${body} };`);
    expect(error).toMatchObject({
      code: 'code.outOfMemory',
      message: 'The code needs more memory than the limit of 128 MiB.',
    });
  });

  it('B28 reports endless recursion as the error it is', async () => {
    const { error } = await run('function f() { f(); }\nconst main = () => f();');
    expect(error).toMatchObject({
      code: 'code.failed',
      message: expect.stringMatching(/stack overflow\n.*main\.js:1/),
    });
  });

  const nested = (levels: number) =>
    run(
      `const main = () => { let top = {}, at = top; for (let i = 1; i < ${levels}; i++) at = at.a = {}; return top; };`,
    );

  it('B29 takes a result of 256 levels and no deeper', async () => {
    const [enough, more, far] = await Promise.all([nested(256), nested(257), nested(100_000)]);
    expect(enough.result?.match(/{/g)).toHaveLength(256);
    const tooDeep = { code: 'code.outputTooLarge', message: expect.stringContaining('256 levels') };
    expect(more.error).toMatchObject(tooDeep);
    expect(far.error).toMatchObject(tooDeep);
  });

  const sized = (bytes: number) => run(`const main = () => ({ a: "x".repeat(${bytes - '{"a":""}'.length}) });`);

  it('B29 takes a result of 8 MiB and not one byte more', async () => {
    const [enough, more] = await Promise.all([sized(2 ** 23), sized(2 ** 23 + 1)]);
    expect(enough.result).toHaveLength(2 ** 23);
    const tooLarge = { code: 'code.outputTooLarge', message: expect.stringContaining('8 MiB') };
    expect(more.error).toMatchObject(tooLarge);
    expect((await sized(50_000_000)).error).toMatchObject(tooLarge);
    // Few characters of many bytes: the limit counts bytes.
    expect((await run('const main = () => ({ a: "漢".repeat(3e6) });')).error).toMatchObject(tooLarge);
  });

  it('S1 B29 keeps 64 KiB of 100 MB of output, in whole characters', async () => {
    const code = 'const main = () => { for (let i = 0; i < 50; i++) console.log("é".repeat(1e6)); return {}; };';
    const { result, printed } = await run(code);
    expect(result).toBe('{}');
    expect(printed).toBe(`${'é'.repeat(2 ** 15)}…`);
  });
});

describe('results', () => {
  it.each([
    ['an array', '[1]', 'main must return an object, it returned an array.'],
    ['null', 'null', 'main must return an object, it returned null.'],
    ['nothing', 'undefined', 'main must return an object, it returned undefined.'],
    ['a function', '() => 1', 'main must return an object, it returned function.'],
    ['a promise', 'Promise.resolve({})', 'main must return an object, it returned a promise, which is not awaited.'],
    ['a promise that never resolves', 'new Promise(() => {})', 'it returned a promise'],
    ['a date', 'new Date(0)', 'main must return an object with string keys that can be written as JSON.'],
    ['a BigInt in what a value writes itself as', '({ toJSON: () => ({ a: 1n }) })', 'serialize a BigInt'],
    ['a BigInt', '({ a: 1n })', 'cannot be written as JSON: TypeError: Do not know how to serialize a BigInt'],
  ])('B29 refuses %s', async (_what, value, message) => {
    const { error } = await run(`const main = () => ${value};`);
    expect(error).toMatchObject({ code: 'code.failed', message: expect.stringContaining(message) });
  });

  it('B29 refuses an object that holds itself', async () => {
    const { error } = await run('const main = () => { const a = {}; a.a = a; return a; };');
    expect(error).toMatchObject({ code: 'code.failed', message: expect.stringContaining('circular reference') });
  });

  it('B29 writes as JSON what JavaScript writes so', async () => {
    const code =
      'const main = () => ({ a: NaN, b: new Date(0), c() {}, d: undefined, e: [undefined], f: -0, g: 1e21 });';
    expect((await run(code)).result).toBe('{"a":null,"b":"1970-01-01T00:00:00.000Z","e":[null],"f":0,"g":1e+21}');
  });
});

describe('errors', () => {
  it.each([
    [
      'an error',
      'function f() {\n  throw new TypeError("bad");\n}\nconst main = () => f();',
      /^TypeError: bad\n {4}at f \(main\.js:2:\d+\)\n {4}at main \(main\.js:4:\d+\)$/,
    ],
    ['a thrown object', 'const main = () => { throw { a: 1 }; };', /^Uncaught \{"a":1\}$/],
    ['null', 'const main = () => { throw null; };', /^Uncaught null$/],
    ['a long one', 'const main = () => { throw new Error("x".repeat(5_000)); };', /^Error: x{3993}…\n {4}at main/],
    ['a syntax error', 'function main( {', /^SyntaxError: [^]*main\.js:1/],
    ['no main', 'let x = 1;', /^The code must define a function main\.$/],
    [
      'a package',
      'const fs = require("fs");\nconst main = () => ({});',
      /^ReferenceError: 'require' is not defined\n.*main\.js:1/,
    ],
  ])('explains %s', async (_what, code, message) => {
    const { error } = await run(code);
    expect(error).toMatchObject({ code: 'code.failed', message: expect.stringMatching(message) });
  });

  it('refuses inputs that are no object', async () => {
    const { error } = await run('const main = (all) => all;', undefined, '[1]');
    expect(error).toMatchObject({ code: 'code.failed', message: 'The inputs must be a JSON object.' });
  });
});

describe('fences', () => {
  it('B25 has nothing of the host in it', async () => {
    const code = `const main = () => ({
      names: Object.getOwnPropertyNames(globalThis).filter((name) =>
        /process|require|fetch|WebAssembly|Worker|host|module|^Buffer|setTimeout|global$/.test(name)),
      made: typeof main.constructor('return this')().process,
      thrown: (() => { try { null.x } catch (e) { return typeof e.constructor.constructor('return this')().process } })(),
    });`;
    expect((await run(code)).result).toBe('{"names":[],"made":"undefined","thrown":"undefined"}');
  });

  it('B25 imports nothing', async () => {
    const code =
      'let said = "nothing"; import("fs").then(() => (said = "got it"), () => {}); const main = () => ({ said });';
    expect((await run(code)).result).toBe('{"said":"nothing"}');
    expect((await run('import fs from "fs"; const main = () => ({});')).error?.code).toBe('code.failed');
  });

  it.each([
    ['JSON', 'JSON.stringify = () => "[1]"; JSON.parse = () => 0; const main = ({ a }) => ({ a });', '{"a":1}'],
    [
      'the built-ins',
      'Array.isArray = () => true; Promise = Error = String = null; const main = ({ a }) => ({ a });',
      '{"a":1}',
    ],
  ])('B26 does not fall for code that replaces %s', async (_what, code, result) => {
    expect(await run(code, undefined, '{"a":1}')).toMatchObject({ result });
  });

  it('B26 answers for itself when code makes every value write itself as something else', async () => {
    const { error } = await run('Object.prototype.toJSON = () => "no object"; const main = () => ({});');
    expect(error).toMatchObject({
      code: 'code.failed',
      message: expect.stringContaining('main must return an object'),
    });
  });

  it('knows base64 and the console', async () => {
    const code = `const main = () => {
      console.error('a', 1, { b: [2] }, undefined, new Error('bad'));
      const all = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
      return { same: [0, 1, 2, 3].every((n) => atob(btoa(all.slice(n))) === all.slice(n)), text: btoa('hé') };
    };`;
    const { result, printed } = await run(code);
    expect(result).toBe('{"same":true,"text":"aOk="}');
    expect(printed).toBe('a 1 {"b":[2]} undefined Error: bad\n');
  });
});
