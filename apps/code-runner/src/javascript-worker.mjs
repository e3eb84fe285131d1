// Runs JavaScript of authors: for each job a QuickJS of its own, in a WebAssembly instance of its own whose memory is
// bounded. Nothing of the host is reachable from there but the two functions of the prelude.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { newQuickJSWASMModuleFromVariant, newVariant, RELEASE_SYNC } from 'quickjs-emscripten';
import { prelude } from './javascript-prelude.mjs';

const { limits, stackBytes } = workerData;
const PAGES_PER_MIB = 16;
const fromQuickJs = createRequire(createRequire(import.meta.url).resolve('quickjs-emscripten'));
const wasmModule = await WebAssembly.compile(
  fs.readFileSync(fromQuickJs.resolve('@jitl/quickjs-wasmfile-release-sync/wasm')),
);

parentPort.on('message', async (job) => parentPort.postMessage(await run(job)));
parentPort.postMessage({ type: 'ready' });

/** Something was thrown that nothing is known about. */
class NullThrown extends Error {}

async function run(job) {
  const wasmMemory = new WebAssembly.Memory({ initial: 256, maximum: limits.memoryMiB * PAGES_PER_MIB });
  const printed = [];
  const deadline = { at: Infinity, isPast: false };
  let reply;
  try {
    reply = evaluate(await createContext(wasmMemory, printed, deadline), job, deadline);
  } catch (error) {
    reply = describeBreakdown(error, wasmMemory);
  }
  const end = reply.indexOf('\n');
  const status = deadline.isPast ? 'code.timedOut' : reply.slice(0, end);
  const isClean = status === 'ok' || status === 'code.failed';
  // Nothing is disposed: the instance is dropped as a whole.
  return { type: 'reply', status, text: reply.slice(end + 1), printed: printed.join(''), isClean };
}

/** The reply when the interpreter or the glue around it broke, for example on very deep or very large values. */
function describeBreakdown(error, wasmMemory) {
  const message = String(error?.message ?? error);
  const isFull = wasmMemory.buffer.byteLength > 0.9 * limits.memoryMiB * 2 ** 20;
  if (isFull || /memory|allocat/i.test(message)) return 'code.outOfMemory\n';
  if (error instanceof NullThrown) return 'code.failed\nUncaught null';
  return `code.failed\nThe interpreter broke down: ${message}`;
}

async function createContext(wasmMemory, printed, deadline) {
  const quickJs = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmModule, wasmMemory }));
  const runtime = quickJs.newRuntime();
  runtime.setMaxStackSize(stackBytes);
  runtime.setInterruptHandler(() => (deadline.isPast ||= Date.now() > deadline.at));
  const context = runtime.newContext();
  const host = context.newObject();
  const keep = context.newFunction('keep', (line) => void printed.push(context.getString(line)));
  context.setProp(host, 'keep', keep);
  const limitsInside = context.unwrapResult(context.evalCode(`(${JSON.stringify(limits)})`));
  context.setProp(host, 'limits', limitsInside);
  context.setProp(context.global, 'host', host);
  return context;
}

/** The reply of the prelude: a status line, then the result or the message. */
function evaluate(context, { code, inputs, timeoutMs }, deadline) {
  const inside = context.unwrapResult(context.evalCode(prelude, 'prelude.js'));
  const [call, describe] = ['call', 'describe'].map((name) => context.getProp(inside, name));
  const replyOf = (result) => {
    if (!result.error) return context.getString(result.value);
    // Where there is no memory for an error either, null is thrown.
    if (context.sameValue(result.error, context.null)) throw new NullThrown();
    const described = context.callFunction(describe, context.undefined, result.error);
    if (described.error) throw new NullThrown();
    return context.getString(described.value);
  };

  deadline.at = Date.now() + timeoutMs;
  const loaded = context.evalCode(code, 'main.js', { type: 'global' });
  if (loaded.error) return replyOf(loaded);
  // `const main` is no property of the global object, but visible to the next script.
  const main = context.evalCode('typeof main === "function" ? main : undefined', 'prelude.js');
  if (main.error) return replyOf(main);
  return replyOf(context.callFunction(call, context.undefined, main.value, context.newString(inputs)));
}
