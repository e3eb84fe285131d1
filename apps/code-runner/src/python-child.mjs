// One Python interpreter for one execution. A process of its own, started with Node's permission model and without an
// environment (see python-process.ts). Reads one line of JSON, says that it starts, runs it, writes the reply, and is
// killed.
//
// A frame is one line of JSON that names the `bytes` of the body that follows.
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs, { constants } from 'node:fs';
import net from 'node:net';
import { pathToFileURL } from 'node:url';
import { prelude, warmUp } from './python-prelude.mjs';

const { pyodideDir, snapshotFile, makesSnapshot, limits } = JSON.parse(process.argv[2]);
// Taken before any of the author's code runs, which might replace them.
const { parse, stringify } = JSON;
const exit = process.exit.bind(process);
let isMemoryFull = false;

fenceOff();
const { loadPyodide } = await import(pathToFileURL(`${pyodideDir}/pyodide.mjs`));
const python = await loadPyodide({
  ...(snapshotFile ? { _loadSnapshot: fs.readFileSync(snapshotFile) } : {}),
  ...(makesSnapshot ? { _makeSnapshot: true } : {}),
  indexURL: pyodideDir,
  jsglobals: Object.create(null),
  env: { HOME: '/home/pyodide', TZ: 'UTC', LANG: 'C.UTF-8', _: 'python' },
  _sysExecutable: '/usr/bin/python3',
  stdin: () => null,
  stdout: () => {},
  stderr: () => {},
});
if (makesSnapshot) {
  python.runPython(warmUp);
  const snapshot = python.makeMemorySnapshot();
  writeFrame({ type: 'snapshot' }, snapshot);
}
// one more character than is kept tells that there was more
const printed = capturePrinted(limits.printedBytes + 4);
python.setStdout({ write: printed.write });
python.setStderr({ write: printed.write });
python.unregisterJsModule('js');
python.unregisterJsModule('pyodide_js');
const version = python.runPython('import platform; platform.python_version()');
const [execute, serialise, flush] = python.runPython(prelude(limits));
for (const key of Object.keys(process.env)) delete process.env[key];
writeFrame({ type: 'ready', version });

const line = readLine();
if (line === undefined) exit(0);
const job = parse(line);
writeFrame({ type: 'started' });
answer(job);

function answer({ code, inputs }) {
  let reply;
  let isReturned = false;
  try {
    reply = execute(code, inputs);
    isReturned = reply.startsWith('ok\n');
    if (isReturned) reply = serialise();
    flush();
  } catch (error) {
    reply = describeBreakdown(error, isReturned);
  }
  const end = reply.indexOf('\n');
  const header = { type: 'reply', status: reply.slice(0, end), printed: printed.text() };
  writeFrame(header, new TextEncoder().encode(reply.slice(end + 1)));
}

/** The reply when the interpreter itself broke, for example at the end of the stack of its machine. */
function describeBreakdown(error, isReturned) {
  // In its last moment it prints where it was.
  const trace = printed.takeAfter('Stack (most recent call first):\n');
  const message = String(error?.message ?? error);
  const isStack = message.includes('call stack');
  if (isStack && isReturned) return 'code.outputTooLarge\ndepth';
  // Some places of the interpreter do not survive a refused allocation.
  if (isMemoryFull || /memory/i.test(message)) return 'code.outOfMemory\n';
  const reason = isStack ? 'the code calls itself too deeply' : message;
  const lines = trace.split('\n').filter((line) => line.includes('main.py'));
  return `code.failed\n${[`The interpreter broke down: ${reason}`, ...lines.slice(0, 50)].join('\n')}`;
}

/** Takes away what the permission model leaves: the network, and ways back to Node. Limits come first. */
function fenceOff() {
  // Emscripten asks for the constants through an interface that the permission model denies.
  process.binding = (name) => {
    if (name === 'constants') return { fs: constants };
    throw new Error('not allowed here');
  };
  const refuse = () => {
    throw Object.assign(new Error('not allowed here'), { code: 'EACCES' });
  };
  const block = (target) => {
    for (const key of Object.getOwnPropertyNames(target)) {
      if (key === 'constructor' || typeof target[key] !== 'function') continue;
      try {
        target[key] = refuse;
      } catch {
        // read-only: nothing that reaches the network is
      }
    }
  };
  net.Socket.prototype.connect = net.connect = net.createConnection = net.Server.prototype.listen = refuse;
  dgram.createSocket = refuse;
  for (const method of ['bind', 'connect', 'send']) dgram.Socket.prototype[method] = refuse;
  const resolvers = [
    dns.Resolver.prototype,
    Object.getPrototypeOf(dns.Resolver.prototype),
    dns.promises.Resolver.prototype,
  ];
  for (const target of [dns, dns.promises, ...resolvers]) if (target !== Object.prototype) block(target);
  for (const key of ['fetch', 'WebSocket', 'EventSource', 'navigator']) delete globalThis[key];
  // What os.system asks for: a refusal by the permission model would be an exception right through the interpreter.
  childProcess.spawnSync = () => ({ status: 127 });
  process.kill = process.dlopen = process._linkedBinding = refuse;

  // The module makes its memory itself, so growing is what can be limited.
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65536 > limits.memoryMiB * 2 ** 20) {
      isMemoryFull = true;
      throw new RangeError('memory limit');
    }
    return grow.call(this, pages);
  };
}

/** Keeps the first `limit` bytes of what is printed; the rest is counted as written and dropped. */
function capturePrinted(limit) {
  const kept = Buffer.alloc(limit);
  let length = 0;
  return {
    write: (bytes) => {
      const part = bytes.subarray(0, limit - length);
      kept.set(part, length);
      length += part.length;
      return bytes.length;
    },
    // A character that was cut in two is left out.
    text: () => new TextDecoder().decode(kept.subarray(0, length), { stream: true }),
    /** Cuts off what follows the last `mark`, and the mark, and returns it. */
    takeAfter: (mark) => {
      const at = kept.lastIndexOf(mark, length);
      if (at < 0) return '';
      const taken = kept.subarray(at + mark.length, length).toString();
      length = at;
      return taken;
    },
  };
}

function writeFrame(header, body = new Uint8Array(0)) {
  const head = new TextEncoder().encode(`${stringify({ ...header, bytes: body.length })}\n`);
  for (const part of [head, body]) for (let at = 0; at < part.length;) at += fs.writeSync(1, part, at);
}

/** Waits for one line without an event loop; undefined when the parent has gone. */
function readLine() {
  const chunks = [];
  const chunk = Buffer.alloc(65536);
  for (;;) {
    const length = fs.readSync(0, chunk);
    if (length === 0) return undefined;
    chunks.push(Buffer.from(chunk.subarray(0, length)));
    if (chunk[length - 1] === 0x0a) return Buffer.concat(chunks).toString();
  }
}
