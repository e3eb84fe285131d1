import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpCodeRunner } from './index.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** The adapter against something that answers as `handle` does. */
async function connect(
  handle: RequestListener,
  options: { silenceMs?: number; graceMs?: number; patienceMs?: number } = {},
) {
  server = createServer(handle);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return createHttpCodeRunner({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'secret',
    ...options,
  });
}
const request = { language: 'python3' as const, code: '', inputs: '{}', timeoutMs: 1000 };
const live = () => new AbortController().signal;
const unavailable = (message: string) => ({
  name: 'TenonError',
  code: 'code.unavailable',
  kind: 'unavailable',
  message: expect.stringContaining(message) as string,
});

it('shows its token and sends only the fields of the request', async () => {
  const seen: unknown[] = [];
  const runner = await connect((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      seen.push(incoming.method, incoming.url, incoming.headers.authorization, JSON.parse(body));
      response.end('   {"result":"{}","printed":"p","durationMs":3}');
    });
  });
  expect(await runner.run({ ...request, signal: live() })).toEqual({ result: '{}', printed: 'p', durationMs: 3 });
  expect(seen).toEqual(['POST', '/run', 'Bearer secret', request]);
});

it('turns each error of the process into the one of the port', async () => {
  let error: object = {};
  const runner = await connect((_incoming, response) => void response.end(JSON.stringify({ error })));
  const codes = ['failed', 'timedOut', 'outOfMemory', 'outputTooLarge', 'packageMissing', 'unavailable'];
  for (const reason of codes) {
    error = { code: `code.${reason}`, message: `It is ${reason}.`, printed: 'p' };
    await expect(runner.run({ ...request, signal: live() })).rejects.toMatchObject({
      name: 'TenonError',
      code: `code.${reason}`,
      message: `It is ${reason}.`,
      details: { printed: 'p' },
    });
  }
  error = { code: 'request.tooLarge', message: 'Too large.' };
  await expect(runner.run({ ...request, signal: live() })).rejects.toMatchObject({ code: 'code.failed', details: {} });
  error = { code: 'code.toString', message: 'Odd.' };
  await expect(runner.run({ ...request, signal: live() })).rejects.toMatchObject(unavailable('Odd.'));
});

it('says that the process does not answer when nobody listens, it breaks off, or it speaks otherwise', async () => {
  const nobody = createHttpCodeRunner({ url: 'http://127.0.0.1:1', token: 'secret', patienceMs: 0 });
  await expect(nobody.run({ ...request, signal: live() })).rejects.toMatchObject(unavailable('does not answer'));
  await expect(nobody.describe()).rejects.toMatchObject(unavailable('does not answer'));

  const answers: RequestListener[] = [
    (_incoming, response) => (response.write('{"result":'), setImmediate(() => response.destroy())),
    (_incoming, response) => response.end('<html>'),
    (_incoming, response) => response.end('[]'),
    (_incoming, response) => response.end('{"result":{}}'),
  ];
  let answer: RequestListener;
  const runner = await connect((incoming, response) => answer(incoming, response));
  for (answer of answers) {
    await expect(runner.run({ ...request, signal: live() })).rejects.toMatchObject(unavailable('The code runner'));
  }
});

it('names the setting when the process refuses the token', async () => {
  const runner = await connect((_incoming, response) => void response.writeHead(401).end('{"error":{}}'));
  await expect(runner.run({ ...request, signal: live() })).rejects.toMatchObject(
    unavailable('TENON_CODE_RUNNER_TOKEN'),
  );
});

it('closes the connection and gives the reason when it is aborted', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  let closed: () => void;
  const isClosed = new Promise<void>((resolve) => (closed = resolve));
  const runner = await connect((_incoming, response) => {
    response.on('close', () => closed());
    response.write(' ');
    abort.abort(reason);
  });
  await expect(runner.run({ ...request, signal: abort.signal })).rejects.toBe(reason);
  await isClosed;
});

it('S1 gives up on a process that works on beyond the limit of the code, counted from when a sandbox took it', async () => {
  let closed: () => void;
  const isClosed = new Promise<void>((resolve) => (closed = resolve));
  const runner = await connect(
    (_incoming, response) => {
      const beats = setInterval(() => response.write(' '), 20);
      response.write(' ');
      setTimeout(() => response.write('\n'), 200); // it has waited for longer than its code may take
      response.on('close', () => (clearInterval(beats), closed()));
    },
    { graceMs: 50 },
  );
  const startedMs = Date.now();
  await expect(runner.run({ ...request, timeoutMs: 100, signal: live() })).rejects.toMatchObject(
    unavailable('nothing came 0.05 s after the limit of 100 ms'),
  );
  expect(Date.now() - startedMs).toBeGreaterThanOrEqual(345);
  await isClosed;
});

it('S1 gives up on a process that gives no sign of life', async () => {
  const runner = await connect(() => {}, { silenceMs: 100 });
  await expect(runner.run({ ...request, signal: live() })).rejects.toMatchObject(
    unavailable('no sign of life for 0.1 s'),
  );
});

it('waits for a process that is not there', async () => {
  const port = await freePort();
  const runner = createHttpCodeRunner({ url: `http://127.0.0.1:${port}`, token: 'secret' });
  const running = runner.run({ ...request, signal: live() });
  server = createServer((_incoming, response) => response.end(reply)).listen(port, '127.0.0.1');
  await expect(running).resolves.toEqual(JSON.parse(reply));
});

it('S1 makes a request again that was lost with its process, and blames the code when three were', async () => {
  let asked = 0;
  let lost = 2;
  const runner = await connect((_incoming, response) => {
    asked += 1;
    if (asked <= lost) response.destroy();
    else response.end(reply);
  });
  await expect(runner.run({ ...request, signal: live() })).resolves.toEqual(JSON.parse(reply));
  expect(asked).toBe(3);
  lost = Infinity;
  await expect(runner.run({ ...request, signal: live() })).rejects.toMatchObject(unavailable('does not answer'));
  expect(asked).toBe(6);
});

it('makes a request again whose process ended after it had worked for longer than one is waited for', async () => {
  const patienceMs = 600;
  let asked = 0;
  const runner = await connect(
    (_incoming, response) => {
      asked += 1;
      if (asked === 1) setTimeout(() => response.destroy(), 2 * patienceMs);
      else response.end(reply);
    },
    { patienceMs },
  );
  await expect(runner.run({ ...request, signal: live() })).resolves.toEqual(JSON.parse(reply));
  expect(asked).toBe(2);
});

it('waits no longer than it is asked to', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const nobody = createHttpCodeRunner({ url: `http://127.0.0.1:${await freePort()}`, token: 'secret' });
  const running = nobody.run({ ...request, signal: abort.signal });
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
});

const reply = '{"result":"{}","printed":"","durationMs":1}';

async function freePort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  return port;
}
