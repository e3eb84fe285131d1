import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ask, type Answer } from './testing/ask.js';
import { spawnCodeRunner, type CodeRunnerProcess } from './testing/index.js';
import { listProcesses, listSandboxes, waitUntil } from './testing/processes.js';

/* What code tries that wants out, with a canary file and a server that must never hear of it. */

jest.setTimeout(120_000);

const folder = mkdtempSync(path.join(tmpdir(), 'tenon-hostile-'));
const canary = path.join(folder, 'canary.txt');
writeFileSync(canary, 'the canary');
let connections = 0;
let server: Server;
let port: number;
let runner: CodeRunnerProcess;

beforeAll(async () => {
  server = createServer((socket) => (connections++, socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  runner = await spawnCodeRunner({ CANARY: 'the canary', PYTHONSTARTUP: canary, NODE_OPTIONS: '--title=canary' });
});
afterAll(async () => {
  await runner.close();
  server.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => expect(connections).toBe(0));

const python = (code: string): Promise<Answer> => ask(runner, { language: 'python3', code, timeoutMs: 60_000 });
const javascript = (code: string): Promise<Answer> => ask(runner, { language: 'javascript', code });

describe('JavaScript', () => {
  it('B25 B27 reaches nothing by any of the ways out of other sandboxes', async () => {
    const ways = [
      `require('child_process').execSync('id')`,
      `process.binding('spawn_sync')`,
      `process.mainModule.require('fs')`,
      `new (require('worker_threads').Worker)('1', { eval: true })`,
      `new Worker('data:,1')`,
      `this.constructor.constructor('return process')().env`,
      `(function () { return this.process.env; })()`,
      `(() => this.process.env)()`,
      `Reflect.construct(Function, ['return process.env'])()`,
      `Error.prepareStackTrace = (error, frames) => frames; new Error().stack[0].getThis().process.env`,
      `Error.prepareStackTrace = (error, frames) => frames; new Error().stack.map((frame) => frame.getFunction())`,
      `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`,
      `fetch('http://127.0.0.1:${port}/')`,
      `new WebSocket('ws://127.0.0.1:${port}/')`,
      `new XMLHttpRequest().open('GET', 'http://127.0.0.1:${port}/')`,
      `std.open('${canary}', 'r')`,
      `os.open('${canary}', 0)`,
      `load('${canary}')`,
      `host.keep('x')`,
      `new WebAssembly.Memory({ initial: 1 })`,
      `Object.defineProperty(globalThis, 'x', { get: () => process.env }) && x`,
      `[][Symbol.iterator].constructor('return process.env')()`,
      `with ({}) process.env`,
      `String.raw.constructor('return process.env')()`,
    ];
    const code = `
      const reached = [];
      for (const way of ${JSON.stringify(ways)}) try { (0, eval)(way); reached.push(way); } catch {}
      const main = () => ({ reached });`;
    expect(await javascript(code)).toMatchObject({ result: '{"reached":[]}' });
  });

  it('B25 shows no frame of the host, also not across promises', async () => {
    const code = `
      let later;
      (async () => { await null; later = new Error('x').stack; })();
      const main = () => { try { null.x; } catch (error) { return { stack: error.stack, later: String(later) }; } };`;
    expect((await javascript(code)).result).not.toMatch(/node:|file:|\/|\.ts|\.mjs/);
  });
});

describe('Python', () => {
  /** Evaluates expressions as the module is loaded; gives those that succeeded. */
  const reachedBy = (ways: readonly string[], before = '') =>
    python(`${before}
reached = []
for way in ${JSON.stringify(ways)}:
    try:
        eval(way)
        reached.append(way)
    except BaseException: pass
def main():
    return {"reached": reached}`);

  it('B25 B27 reaches nothing by any of the ways out of other sandboxes', async () => {
    const ways = [
      `__import__("os").popen("id").read()`,
      `__import__("pty").spawn("/bin/sh")`,
      `__import__("multiprocessing").Process(target=print).start()`,
      `__import__("os").posix_spawn("/bin/true", ["true"], {})`,
      `__import__("socket").create_connection(("127.0.0.1", ${port}), 1)`,
      `__import__("socket").create_connection(("169.254.169.254", 80), 1)`,
      `__import__("socket").create_connection(("::1", ${port}), 1)`,
      `__import__("socket").create_connection(("127.0.0.1", ${new URL(runner.url).port}), 1)`,
      `__import__("urllib.request").request.urlopen("file://${canary}").read()`,
      `__import__("urllib.request").request.urlopen("${runner.url}/health").read()`,
      `__import__("pyodide.http").http.open_url("http://127.0.0.1:${port}/")`,
      `__import__("pyodide_js").FS.mount`,
      `__import__("js").eval("1")`,
      `__import__("js").fetch("http://127.0.0.1:${port}/")`,
      `[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == "Popen"][0](["true"])`,
      `open("/proc/self/environ").read()`,
      `open("/etc/passwd").read()`,
      `open("${canary}").read()`,
      `__import__("os").symlink("${canary}", "/tmp/link") or open("/tmp/link").read()`,
    ];
    expect(await reachedBy(ways)).toMatchObject({ result: '{"reached": []}' });
  });

  // the hiding is the outermost fence and the thinnest: here it is gone
  const unhide = 'import sys\nsys.meta_path[:] = [one for one in sys.meta_path if type(one).__name__ != "Missing"]';

  it('B25 reaches nothing when it takes the guard of imports away', async () => {
    const ways = [
      `__import__("js").process`,
      `__import__("pyodide.code").code.run_js("1")`,
      `__import__("pyodide_js").FS.readFile("${canary}")`,
      `__import__("ctypes").CDLL("/lib/x86_64-linux-gnu/libc.so.6")`,
      `1 / (__import__("ctypes").CDLL(None).system(b"cat ${canary}") == 0)`,
      `1 / (__import__("ctypes").CDLL(None).fork() >= 0)`,
      `1 / (__import__("ctypes").CDLL(None).open(b"${canary}", 0) >= 0)`,
    ];
    expect(await reachedBy(ways, unhide)).toMatchObject({ result: '{"reached": []}' });
  });

  it('B25 runs no JavaScript through the machine below the interpreter', async () => {
    const script = 'import ctypes\nctypes.CDLL(None).emscripten_run_script(b"process.exit(7)")';
    expect((await python(`${unhide}\n${script}\ndef main():\n    return {}`)).error).toMatchObject({
      code: 'code.failed',
      message: expect.stringContaining('Code generation from strings disallowed') as string,
    });
  });

  it('B26 leaves nothing for the next execution that it would start with', async () => {
    const code = `
import builtins, json, sys, os
for folder in [*sys.path, os.path.expanduser("~"), "/tmp", "."]:
    for name in ("sitecustomize", "usercustomize", "json"):
        try: open(f"{folder}/{name}.py", "w").write("import builtins; builtins.stained = True")
        except OSError: pass
builtins.stained = True
json.dumps = lambda *a, **k: '{"stained": true}'
sys.modules["traceback"] = None
def main():
    return {"mine": 1}`;
    expect(await python(code)).toMatchObject({ result: '{"mine": 1}' });
    const next = `
import builtins, os
def main():
    return {"stained": hasattr(builtins, "stained"), "files": os.listdir("/tmp")}`;
    for (let time = 0; time < 3; time++)
      expect(await python(next)).toMatchObject({ result: '{"stained": false, "files": []}' });
  });
});

describe('bombs', () => {
  type Bomb = readonly [name: string, language: 'python3' | 'javascript', code: string];
  const inMain = (line: string, imports = 'import os') => `${imports}\ndef main():\n    ${line}`;
  const BOMBS: readonly Bomb[] = [
    ['forks', 'python3', inMain('while True: os.fork()')],
    ['threads', 'python3', inMain('while True: threading.Thread(target=print).start()', 'import threading')],
    ['a million files', 'python3', inMain('for i in range(10**6): open(f"/tmp/{i}", "w").close()')],
    ['a million folders', 'python3', inMain('for i in range(10**6): os.mkdir(f"/tmp/{i}")')],
    ['a list of 10 GB', 'python3', inMain('return {"a": [0] * (10**10 // 8)}')],
    ['a text of 512 MB', 'python3', inMain('return {"a": "x" * 2**29}')],
    ['a number without end', 'python3', inMain('return {"a": 9 ** 9 ** 9}')],
    ['a pattern', 'python3', inMain('re.match(r"(a|aa)+$", "a" * 99 + "b")', 'import re')],
    ['a source that nests', 'python3', '('.repeat(1_000_000)],
    ['a source that computes', 'python3', `a = ${'-'.repeat(1_000_000)}1`],
    ['a source of 9 ** 9 ** 9', 'python3', 'a = 9 ** 9 ** 9'],
    ['waiting', 'python3', inMain('asyncio.run(asyncio.sleep(10**6))', 'import asyncio')],
    ['a list of 10 GB', 'javascript', 'const main = () => ({ a: new Array(10 ** 10 / 8).fill(0) });'],
    ['a text of 512 MB', 'javascript', 'const main = () => ({ a: "x".repeat(2 ** 29) });'],
    ['a pattern', 'javascript', 'const main = () => ({ a: /^(a|aa)+$/.test("a".repeat(99) + "b") });'],
    ['a number without end', 'javascript', 'const main = () => ({ a: String(9n ** 9n ** 9n) });'],
    ['a source that nests', 'javascript', '('.repeat(1_000_000)],
    ['a source that computes', 'javascript', `const a = ${'-(-'.repeat(300_000)}1`],
    ['a promise', 'javascript', 'const main = () => new Promise(() => {});'],
    ['generators', 'javascript', 'function* g() { yield* g(); } const main = () => [...g()];'],
  ];

  it('S1 B26 B28 all go off at once: each ends for a reason, others are served, and nothing is left behind', async () => {
    const all = BOMBS.map(async ([name, language, code]) => {
      const { result, error } = await ask(runner, { language, code, timeoutMs: 3_000 });
      return [name, language, result ?? error?.code, error?.message] as const;
    });
    const others = [1, 2, 3].map((number) => javascript(`const main = () => ({ a: ${number} });`));
    expect((await Promise.all(others)).map(({ result }) => result)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
    const ended = await Promise.all(all);
    const hasReason = /^code\.(failed|timedOut|outOfMemory)$/;
    expect(ended.filter(([, , code, why]) => !hasReason.test(code ?? '') || !why)).toEqual([]);
    const { pid } = runner.child;
    await waitUntil('every sandbox that worked is gone', () => listSandboxes(pid!).length <= 1);
    // one that was killed with much memory takes a moment to go
    await waitUntil('nobody is left but the interpreter that waits and the shell that watches over it', () =>
      listProcesses().every(({ parent, command }) => parent !== pid || /python-child\.mjs|trap/.test(command)),
    );
    expect(await python('import os\ndef main():\n    return {"files": os.listdir("/tmp")}')).toMatchObject({
      result: '{"files": []}',
    });
    expect(await javascript('const main = () => ({ names: Object.keys(globalThis).sort() });')).toMatchObject({
      result: '{"names":["atob","btoa","console"]}',
    });
  });
});
