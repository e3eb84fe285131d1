import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from './place.mjs';

const KEPT_BYTES = 20_000;

/** The environment of our own tools: local programs first, no daemon, nothing interactive. */
export function toolEnv(extra = {}) {
  return {
    ...process.env,
    PATH: [path.dirname(process.execPath), path.join(root, 'node_modules/.bin'), process.env.PATH].join(path.delimiter),
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    ...extra,
  };
}

/**
 * Runs a program to its end. Its output is shown when `isShown`, else only kept; `onLine` sees every line.
 * Returns `{ code, output }`: the exit code (1 when a signal ended it) and the end of what it printed.
 */
export function run(file, args, { isShown = false, onLine, env = toolEnv(), cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let rest = '';
    const take = (stream) => (chunk) => {
      if (isShown) stream.write(chunk);
      output = (output + chunk).slice(-KEPT_BYTES);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) onLine?.(line);
    };
    child.stdout.setEncoding('utf8').on('data', take(process.stdout));
    child.stderr.setEncoding('utf8').on('data', take(process.stderr));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
    passSignals(child);
  });
}

/**
 * Runs a program in our place: same terminal, signals passed on, its exit code returned. Over the channel to it the
 * program notices when we are killed.
 */
export function runInstead(file, args, { env = toolEnv(), cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
    passSignals(child);
  });
}

// A Ctrl-C in a terminal reaches the child by itself too, and it takes the two for one. From a script (`kill`) only we
// hear it.
function passSignals(child) {
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, () => child.kill(signal)]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  child.once('exit', () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  });
}

/** The `npm` that runs us, else the one on the PATH: `[file, …arguments]`. */
export function npm() {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
}
