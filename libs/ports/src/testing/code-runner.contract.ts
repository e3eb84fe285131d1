import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { CodeReply, CodeRequest, CodeRunner } from '../code-runner.js';

type Language = CodeRequest['language'];
/** The same small program in each language. */
type Program = Readonly<Record<Language, string>>;

const languages: readonly Language[] = ['python3', 'javascript'];

const programs = {
  add: {
    python3: 'def main(a, b):\n    print("adding")\n    return {"sum": a + b}',
    javascript: 'function main({ a, b }) { console.log("adding"); return { sum: a + b }; }',
  },
  echo: {
    python3: 'def main(**inputs):\n    return inputs',
    javascript: 'const main = (inputs) => inputs;',
  },
  fail: {
    python3: 'def divide(x):\n    return 1 / x\n\ndef main():\n    return {"a": divide(0)}',
    javascript: 'function divide(x) {\n  return x.missing.member;\n}\nconst main = () => ({ a: divide(0) });',
  },
  leave: {
    python3: 'import builtins\n\ndef main():\n    builtins.left = 1\n    return {}',
    javascript: 'globalThis.left = 1; Object.prototype.left = 1; const main = () => ({});',
  },
  look: {
    python3: 'import builtins\n\ndef main():\n    return {"found": hasattr(builtins, "left")}',
    javascript: 'const main = () => ({ found: "left" in globalThis });',
  },
  loop: {
    python3: 'def main():\n    while True:\n        pass',
    javascript: 'function main() { for (;;); }',
  },
  hoard: {
    python3: 'def main():\n    kept = []\n    while True:\n        kept.append(bytearray(10_000_000))',
    javascript: 'function main() { const kept = []; for (;;) kept.push(new Array(10_000).fill(1)); }',
  },
  overflow: {
    python3: 'def main():\n    return {"a": "x" * 9_000_000}',
    javascript: 'const main = () => ({ a: "x".repeat(9_000_000) });',
  },
  list: { python3: 'def main():\n    return [1]', javascript: 'const main = () => [1];' },
} as const satisfies Record<string, Program>;

/**
 * Registers the tests every code runner must pass.
 * @param open  gives a runner and what to do after the last test
 */
export function describeCodeRunnerContract(
  name: string,
  open: () => Promise<{ readonly runner: CodeRunner; close(): Promise<void> }>,
): void {
  describe(`${name} as a code runner`, () => {
    let runner: CodeRunner;
    let close: () => Promise<void>;
    const run = (language: Language, code: string, more: Partial<CodeRequest> = {}): Promise<CodeReply> =>
      runner.run({ language, code, inputs: '{}', timeoutMs: 20_000, signal: new AbortController().signal, ...more });

    beforeAll(async () => ({ runner, close } = await open()), 60_000);
    afterAll(() => close());

    it('names the languages that answer and their versions', async () => {
      expect(await runner.describe()).toMatchObject({
        languages: {
          python3: { selfTest: 'passed', version: expect.stringMatching(/^3\./) as string },
          javascript: { selfTest: 'passed', version: expect.any(String) as string },
        },
      });
    }, 60_000);

    describe.each(languages)('in %s', (language) => {
      it('calls main with the inputs and keeps what is printed apart', async () => {
        const reply = await run(language, programs.add[language], { inputs: '{"a":1,"b":2}' });
        expect(JSON.parse(reply.result)).toEqual({ sum: 3 });
        expect(reply.printed).toBe('adding\n');
        expect(reply.durationMs).toBeGreaterThanOrEqual(0);
      });

      it('carries text of every script, null, nesting and empty values through unchanged', async () => {
        const inputs = {
          text: 'é 漢字 🎉 \u0000 \n "quoted" \\',
          nothing: null,
          nested: { list: [[], {}, [1, 'a', true]] },
        };
        const { result } = await run(language, programs.echo[language], { inputs: JSON.stringify(inputs) });
        expect(JSON.parse(result)).toEqual(inputs);
      });

      it('fails with the error of the code and where it happened', async () => {
        await expect(run(language, programs.fail[language])).rejects.toMatchObject({
          name: 'TenonError',
          code: 'code.failed',
          kind: 'invalid',
          message: expect.stringMatching(/(ZeroDivisionError|TypeError)[^]*main|main[^]*ZeroDivisionError/) as string,
        });
      });

      it('refuses a result that is no object', async () => {
        await expect(run(language, programs.list[language])).rejects.toMatchObject({
          code: 'code.failed',
          message: expect.stringContaining('main must return') as string,
        });
      });

      it('stops code at its time limit', async () => {
        await expect(run(language, programs.loop[language], { timeoutMs: 300 })).rejects.toMatchObject({
          code: 'code.timedOut',
          message: expect.stringContaining('300 ms') as string,
        });
      });

      it('stops code at its memory limit', async () => {
        await expect(run(language, programs.hoard[language])).rejects.toMatchObject({ code: 'code.outOfMemory' });
      }, 30_000);

      it('refuses a result that is too large', async () => {
        await expect(run(language, programs.overflow[language])).rejects.toMatchObject({ code: 'code.outputTooLarge' });
      });

      it('leaves nothing of one execution to the next', async () => {
        await run(language, programs.leave[language]);
        const { result } = await run(language, programs.look[language]);
        expect(JSON.parse(result)).toEqual({ found: false });
      });

      it('stops at once when it is aborted, with the reason', async () => {
        const reason = new Error('enough');
        const abort = new AbortController();
        const running = run(language, programs.loop[language], { timeoutMs: 600_000, signal: abort.signal });
        // A second execution that ends shows that the first one has had its turn to begin.
        await run(language, programs.echo[language]);
        abort.abort(reason);
        await expect(running).rejects.toBe(reason);
        await expect(run(language, programs.echo[language], { signal: abort.signal })).rejects.toBe(reason);
      });
    });

    it('keeps integers and floats apart', async () => {
      const inputs = '{"i":1,"f":1.0,"big":9007199254740993,"e":1e2}';
      const { result } = await run('python3', programs.echo.python3, { inputs });
      expect(result.replace(/\s/g, '')).toBe('{"i":1,"f":1.0,"big":9007199254740993,"e":100.0}');
    });

    it('writes a number of JavaScript as an integer when it is one', async () => {
      const { result } = await run('javascript', 'const main = () => ({ a: 1, b: 2.0, c: 0.5 });');
      expect(result).toBe('{"a":1,"b":2,"c":0.5}');
    });

    it('names the Python package that is missing', async () => {
      await expect(run('python3', 'import numpy as np\n\ndef main():\n    return {}')).rejects.toMatchObject({
        code: 'code.packageMissing',
        kind: 'invalid',
        message: expect.stringContaining('numpy') as string,
      });
    });

    it('gives what was printed before a failure', async () => {
      const code = 'def main():\n    print("so far")\n    raise ValueError("no further")';
      await expect(run('python3', code)).rejects.toMatchObject({ details: { printed: 'so far\n' } });
    });

    it('lets no code reach the network', async () => {
      const { server, port, connections } = await listen();
      const python = `import socket\n\ndef main():\n    socket.create_connection(("127.0.0.1", ${port}), 2)\n    return {}`;
      const javascript = `const main = () => { fetch("http://127.0.0.1:${port}/"); return {}; };`;
      await expect(run('python3', python)).rejects.toMatchObject({ code: 'code.failed' });
      await expect(run('javascript', javascript)).rejects.toMatchObject({ code: 'code.failed' });
      expect(connections()).toBe(0);
      await new Promise((resolve) => server.close(resolve));
    });
  });
}

async function listen(): Promise<{ server: Server; port: number; connections: () => number }> {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, connections: () => count };
}
