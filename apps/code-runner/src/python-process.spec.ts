import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { findNetworkFence, spawnPython } from './python-process.js';

/* The fences around an interpreter, tried by what stands in its place: code that has got out of Python into Node. */

jest.setTimeout(60_000);

const folder = mkdtempSync(path.join(tmpdir(), 'tenon-fences-'));
const canary = `${folder}.txt`;
writeFileSync(canary, 'the canary');
let server: Server;
let port: number;
let connections = 0;

beforeAll(async () => {
  server = createServer((socket) => (connections++, socket.destroy())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.close();
  for (const one of [folder, canary]) rmSync(one, { recursive: true });
});
afterEach(() => expect(connections).toBe(0));

/** Gives those of `ways`, expressions that may be awaited, that succeed inside the fences of the process itself. */
async function reachedBy(ways: readonly string[]): Promise<string[]> {
  const attempts = ways.map((way) => `[${JSON.stringify(way)}, async () => ${way}]`);
  const interpreter = `
    const load = (name) => process.getBuiltinModule(name);
    const ended = (one, ...events) => new Promise((resolve, reject) => {
      for (const event of events) one.on(event, resolve);
      one.on('error', reject);
    });
    export async function loadPyodide() {
      const reached = [];
      for (const [way, attempt] of [${attempts.join(', ')}]) await attempt().then(() => reached.push(way), () => {});
      load('fs').writeSync(1, JSON.stringify(reached));
      process.exit(0);
    }`;
  writeFileSync(path.join(folder, 'pyodide.mjs'), interpreter);
  const child = spawnPython({ pyodideDir: folder, snapshotFile: undefined, makesSnapshot: false, fence: [] });
  const [reached, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (reached === '') throw new Error(errors);
  return JSON.parse(reached) as string[];
}

it('B27 keeps the network away from code that has got out of the interpreter', async () => {
  const ways = [
    `fetch('http://127.0.0.1:${port}/')`,
    `ended(new WebSocket('ws://127.0.0.1:${port}/'), 'open')`,
    `ended(load('net').connect(${port}, '127.0.0.1'), 'connect')`,
    `ended(load('net').createConnection({ port: ${port} }), 'connect')`,
    `ended(new (load('net').Socket)().connect(${port}), 'connect')`,
    `ended(load('tls').connect(${port}), 'connect', 'secureConnect')`,
    `ended(load('http').get('http://127.0.0.1:${port}/'), 'socket', 'response')`,
    `ended(load('http2').connect('http://127.0.0.1:${port}/'), 'connect')`,
    `ended(load('net').createServer().listen(0, '127.0.0.1'), 'listening')`,
    `ended(load('dgram').createSocket('udp4').bind(0), 'listening')`,
    `load('dns').promises.lookup('localhost')`,
    `new (load('dns').Resolver)().resolve4('localhost', () => {})`,
    `new (process.binding('tcp_wrap').TCP)(0)`,
  ];
  expect(await reachedBy(ways)).toEqual([]);
});

it('B25 B28 keeps files, processes, threads and libraries away from code that has got out of the interpreter', async () => {
  const ways = [
    `load('fs').readFileSync('${canary}')`,
    `load('fs').writeFileSync('${canary}', '')`,
    `load('fs').readdirSync('/')`,
    `import('${canary}')`,
    `load('child_process').execFileSync('true')`,
    `ended(load('child_process').spawn('true'), 'exit')`,
    `load('child_process').fork('${canary}')`,
    `new (load('worker_threads').Worker)('1', { eval: true })`,
    `load('inspector').open(0)`,
    `load('vm').runInThisContext('1') && (0, eval)('1')`,
    `process.dlopen({ exports: {} }, '${canary}')`,
    `process.kill(process.ppid, 0)`,
  ];
  expect(await reachedBy(ways)).toEqual([]);
});

it('B27 gives a process a network with nothing in it, where the kernel allows that', async () => {
  writeFileSync(path.join(folder, 'pyodide.asm.wasm'), '');
  const [command, ...args] = await findNetworkFence(folder);
  if (!command) return; // then the fences of the process are all there is, and the health answer says so
  const connect = `require('net').connect(${port}, '127.0.0.1').on('connect', process.exit).on('error', () => process.exit(9))`;
  expect(await once(spawn(command, [...args, process.execPath, '-e', connect]), 'exit')).toEqual([9, null]);
});
