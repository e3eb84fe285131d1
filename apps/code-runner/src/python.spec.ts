import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ask, type Answer } from './testing/ask.js';
import { spawnCodeRunner, type CodeRunnerProcess } from './testing/index.js';

jest.setTimeout(60_000);

const folder = mkdtempSync(path.join(tmpdir(), 'tenon-canary-'));
const canary = path.join(folder, 'canary.txt');
writeFileSync(canary, 'the canary');
let connections = 0;
let server: Server;
let port: number;
let runner: CodeRunnerProcess;

beforeAll(async () => {
  server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  runner = await spawnCodeRunner({ CANARY: 'the canary', NODE_OPTIONS: '--title=canary' });
});
afterAll(async () => {
  await runner.close();
  server.close();
  rmSync(folder, { recursive: true });
});

const run = (code: string, timeoutMs?: number, inputs?: string): Promise<Answer> =>
  ask(runner, { language: 'python3', code, ...(timeoutMs ? { timeoutMs } : {}), ...(inputs ? { inputs } : {}) });
/** Runs lines as the body of main. */
const inMain = (lines: string, timeoutMs?: number) =>
  run(`def main():\n${lines.replace(/^/gm, '    ')}\n    return {}`, timeoutMs);

/** What becomes of each body of main: its result, or code and message of the error. */
async function outcomes<Name extends string>(bodies: Record<Name, string>, timeoutMs?: number) {
  const entries = Object.entries<string>(bodies).map(async ([name, body]) => {
    const { result, error } = await inMain(body, timeoutMs);
    return [name, result ?? `${error?.code}: ${error?.message}`] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<Name, string>;
}

describe('limits', () => {
  it('B28 stops at the time limit whatever does not end', async () => {
    const ended = await outcomes(
      {
        loop: 'while True: pass',
        catching: 'while True:\n    try:\n        while True: pass\n    except BaseException: pass',
        regex: 'import re\nre.match(r"(a+)+$", "a" * 60 + "b")',
        sleep: 'import time\ntime.sleep(10_000)',
      },
      400,
    );
    const late = 'code.timedOut: The code ran longer than its limit of 400 ms.';
    expect(ended).toEqual({ loop: late, catching: late, regex: late, sleep: late });
  });

  it('S1 B28 stops at the memory limit whatever grows', async () => {
    const ended = await outcomes({
      beyond: 'kept = bytearray(300_000_000)',
      growing: 'kept = []\nwhile True: kept.append(bytearray(10_000_000))',
      huge: 'kept = [0] * 10**9',
      text: 'text = "x"\nwhile True: text += text',
      // Files in memory lie outside of the interpreter's own memory.
      files: 'data = b"x" * 40_000_000\nfor i in range(16): open(f"/tmp/{i}", "wb").write(data)',
    });
    const full = 'code.outOfMemory: The code needs more memory than the limit of 256 MiB.';
    expect(ended).toEqual({ beyond: full, growing: full, huge: full, text: full, files: full });
  });

  it('lets code that frees its memory go on', async () => {
    const code = 'def main():\n    for i in range(50): bytearray(100_000_000)\n    return {"done": True}';
    expect(await run(code)).toMatchObject({ result: '{"done": true}' });
  });

  it('B28 reports endless recursion as the error it is', async () => {
    const { error } = await run('def f():\n    return f()\n\ndef main():\n    return f()');
    expect(error).toMatchObject({ code: 'code.failed', message: expect.stringContaining('RecursionError') });
  });

  it('B28 survives recursion that breaks the interpreter', async () => {
    const lines =
      'import sys\nsys.setrecursionlimit(10**8)\nclass A:\n    def __repr__(self): return repr(self)\nrepr(A())';
    const { error } = await inMain(lines);
    expect(error?.code).toBe('code.failed');
    expect(error?.message).toMatch(/calls itself too deeply\n {2}File "main.py", line \d+ in __repr__/);
  });

  const nested = (levels: number) =>
    run(
      `def main():\n    top = at = {}\n    for i in range(${levels - 1}):\n        at["a"] = at = {}\n    return top`,
    );

  it('B29 takes a result of 256 levels and no deeper', async () => {
    const [enough, more, far] = await Promise.all([nested(256), nested(257), nested(100_000)]);
    expect(enough.result?.match(/{/g)).toHaveLength(256);
    const tooDeep = { code: 'code.outputTooLarge', message: expect.stringContaining('256 levels'), printed: '' };
    expect(more.error).toEqual(tooDeep);
    expect(far.error).toEqual(tooDeep);
  });

  const sized = (bytes: number) => run(`def main():\n    return {"a": "x" * ${bytes - '{"a": ""}'.length}}`);

  it('B29 takes a result of 8 MiB and not one byte more', async () => {
    const [enough, more, far] = await Promise.all([sized(2 ** 23), sized(2 ** 23 + 1), sized(50_000_000)]);
    expect(enough.result).toHaveLength(2 ** 23);
    const tooLarge = { code: 'code.outputTooLarge', message: expect.stringContaining('8 MiB') };
    expect(more.error).toMatchObject(tooLarge);
    expect(far.error).toMatchObject(tooLarge);
  });

  it('S1 B29 keeps 64 KiB of 100 MB of print, in whole characters', async () => {
    const { result, printed } = await inMain('print("a", end="")\nfor i in range(50): print("é" * 1_000_000)');
    expect(result).toBe('{}');
    expect(printed).toBe(`a${'é'.repeat(2 ** 15 - 1)}…`);
  });

  it('keeps the two ends of a long error', async () => {
    const { error } = await inMain('raise ValueError("x" * 10**7 + "the end")');
    expect(error?.message).toMatch(/^Traceback[^]*characters left out[^]*the end$/);
    expect(error?.message.length).toBeLessThan(17_000);
  });
});

describe('results', () => {
  it('B29 refuses what is no dict with string keys, and what JSON cannot hold', async () => {
    const refused = (message: string) => expect.stringMatching(`^code.failed: .*${message}`) as string;
    expect(
      await outcomes({
        list: 'return [1]',
        nothing: 'return None',
        key: 'return {1: 2}',
        nan: 'return {"a": float("nan")}',
        infinite: 'return {"a": [float("-inf")]}',
        set: 'return {"a": {1}}',
        function: 'return {"a": print}',
        date: 'import datetime\nreturn {"a": datetime.datetime(2026, 1, 1)}',
        itself: 'a = {}; a["a"] = a; return a',
      }),
    ).toEqual({
      list: refused('it returned list'),
      nothing: refused('it returned NoneType'),
      key: refused('it has the key 1'),
      nan: refused("compliant: nan\nwhen serializing dict item 'a'"),
      infinite: refused('compliant: -inf'),
      set: refused('Object of type set is not JSON serializable'),
      function: refused('Object of type builtin_function_or_method is not JSON serializable'),
      date: refused('Object of type datetime is not JSON serializable'),
      itself: refused('Circular reference detected'),
    });
  });

  it('B28 refuses a coroutine, but runs what main awaits itself', async () => {
    const [coroutine, awaited, stuck] = await Promise.all([
      run('async def main():\n    return {}'),
      run(
        'import asyncio\n\nasync def one(i):\n    await asyncio.sleep(0.01)\n    return i\n\n' +
          'async def all():\n    return await asyncio.gather(one(1), one(2))\n\ndef main():\n    return {"a": asyncio.run(all())}',
      ),
      run('import asyncio\n\nasync def never():\n    await asyncio.Future()\n\ndef main():\n    asyncio.run(never())'),
    ]);
    expect(coroutine.error).toMatchObject({ code: 'code.failed', message: expect.stringContaining('coroutine') });
    expect(awaited.result).toBe('{"a": [1, 2]}');
    expect(stuck.error).toMatchObject({ code: 'code.failed', message: expect.stringContaining('nothing is left') });
  });

  it('keeps text that is no valid Unicode as escapes', async () => {
    expect((await inMain('return {"a": "é\\ud800"}')).result).toBe('{"a": "\\u00e9\\ud800"}');
  });
});

describe('errors', () => {
  it('shows the traceback of the code and nothing of the runner', async () => {
    const { error } = await run('def divide(x):\n    return 1 / x\n\ndef main():\n    return {"a": divide(0)}');
    expect(error?.message).toBe(
      [
        'Traceback (most recent call last):',
        '  File "main.py", line 5, in main',
        '    return {"a": divide(0)}',
        '                 ~~~~~~^^^',
        '  File "main.py", line 2, in divide',
        '    return 1 / x',
        '           ~~^~~',
        'ZeroDivisionError: division by zero',
      ].join('\n'),
    );
  });

  it('explains what is wrong with code that does not get to its end', async () => {
    const errors = await Promise.all(
      [
        'def main(:\n    pass',
        'x = 1',
        'def main(a):\n    return {}',
        'import sys\n\ndef main():\n    sys.exit(3)',
        'import os\n\ndef main():\n    os._exit(0)',
        'class Odd(Exception):\n    def __str__(self): raise Odd()\n\ndef main():\n    raise Odd()',
        'class Odd(dict):\n    def __iter__(self): raise KeyError("odd")\n\ndef main():\n    return Odd()',
      ].map(async (code) => (await run(code)).error),
    );
    const says = (message: RegExp) => ({ code: 'code.failed', message: expect.stringMatching(message) as string });
    expect(errors).toMatchObject([
      says(/File "main.py", line 1\n {4}def main\(:[^]*SyntaxError: invalid syntax$/),
      says(/^The code must define a function main\.$/),
      says(/^TypeError: main\(\) missing 1 required positional argument: 'a'$/),
      says(/SystemExit: 3$/),
      says(/^The interpreter broke down: .*exit\(0\)/),
      says(/Odd: <exception str\(\) failed>$/),
      says(/KeyError: 'odd'$/),
    ]);
  });

  it('refuses inputs that are no object', async () => {
    const { error } = await run('def main(**all):\n    return all', undefined, '[1]');
    expect(error).toMatchObject({ code: 'code.failed', message: 'The inputs must be a JSON object.' });
  });
});

describe('fences', () => {
  it('B25 reaches no file, variable, process, thread or library of the computer', async () => {
    const attempts = [
      ['file', `open(${JSON.stringify(canary)}).read()`],
      ['folder', `__import__("os").listdir(${JSON.stringify(folder)})`],
      ['program', '__import__("os").execv("/bin/true", ["true"])'],
      ['command', '1 / (__import__("os").system("true") == 0)'],
      ['fork', '__import__("os").fork()'],
      ['subprocess', '__import__("subprocess").run(["true"])'],
      ['thread', '__import__("threading").Thread(target=print).start()'],
      ['ctypes', '__import__("ctypes").CDLL(None)'],
      ['bridge', '__import__("js").process'],
      ['bridge through its own package', '__import__("pyodide.code").code.run_js("1")'],
      ['core of the bridge', '__import__("_pyodide_core")'],
    ] as const;
    const lines = attempts
      .map(([name, code]) => `attempt(${JSON.stringify(name)}, ${JSON.stringify(code)})`)
      .join('\n');
    const code = `reached = []\ndef attempt(name, code):\n    try:\n        eval(code)\n        reached.append(name)\n    except Exception: pass\n${lines}\ndef main():\n    return {"reached": reached}`;
    expect(await run(code)).toMatchObject({ result: '{"reached": []}' });
  });

  it('B25 B26 inherits no environment', async () => {
    const { result } = await inMain('import os\nreturn {"all": str(dict(os.environ))}');
    expect(result).not.toMatch(/canary|TENON|work|node/i);
  });

  it('B27 opens no connection', async () => {
    const { result } = await run(
      `import socket, urllib.request\n\ndef main():\n    failed = 0\n` +
        `    for action in (\n` +
        `        lambda: socket.create_connection(("127.0.0.1", ${port}), 1),\n` +
        `        lambda: urllib.request.urlopen("http://127.0.0.1:${port}/", timeout=1),\n` +
        `    ):\n        try: action()\n        except OSError: failed += 1\n    return {"failed": failed}`,
    );
    expect(JSON.parse(result ?? '{}')).toEqual({ failed: 2 });
    expect((await inMain('import socket\nsocket.socket().listen()')).error?.code).toBe('code.failed');
    expect(connections).toBe(0);
  });

  it('B25 does not let code that finds objects of the host run code of its own there', async () => {
    const lines = [
      'import gc',
      'seen, todo, found, ran = set(), list(gc.get_objects()), 0, []',
      'while todo:',
      '    one = todo.pop()',
      '    if id(one) in seen: continue',
      '    seen.add(id(one))',
      '    todo.extend(gc.get_referents(one))',
      '    if type(one).__name__ != "JsProxy" or isinstance(one, type): continue',
      '    found += 1',
      '    try: ran.append(str(one.constructor.constructor("return process")()))',
      '    except BaseException as error: reason = str(error)',
      'return {"found": found > 0, "ran": ran, "reason": reason}',
    ];
    const { result } = await inMain(lines.join('\n'));
    expect(JSON.parse(result ?? '{}')).toEqual({
      found: true,
      ran: [],
      reason: expect.stringMatching(/Code generation from strings disallowed|not callable/),
    });
  });

  it('gives every execution its own random numbers', async () => {
    const code = 'import random, uuid\n\ndef main():\n    return {"a": random.random(), "b": str(uuid.uuid4())}';
    const [first, second] = (await Promise.all([run(code), run(code)])).map(({ result }) => JSON.parse(result!));
    expect(first.a).not.toBe(second.a);
    expect(first.b).not.toBe(second.b);
  });

  it('runs classes that look for their module', async () => {
    const code = [
      'from __future__ import annotations',
      'import dataclasses, pickle, typing',
      '@dataclasses.dataclass',
      'class Point:\n    x: int\n    next: Point | None = None',
      'def main():\n    copy = pickle.loads(pickle.dumps(Point(1)))\n    return {"x": copy.x, "n": len(typing.get_type_hints(Point))}',
    ].join('\n');
    expect(await run(code)).toMatchObject({ result: '{"x": 1, "n": 2}' });
  });
});
