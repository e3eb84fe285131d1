import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { findFreePort } from '@tenon/platform/processes';

const ROOT = path.resolve(import.meta.dirname, '../..');

type Env = Readonly<Record<string, string>>;

const SYSTEM = ['PATH', 'HOME', 'XDG_CACHE_HOME', 'TENON_CACHE_DIR'];

/** What every program is given of this process's environment. */
export const systemEnv = (): Record<string, string> =>
  Object.fromEntries(SYSTEM.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

/** Runs the built command line to its end. */
export async function tenon(args: readonly string[], env: Env): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/apps/cli/main.js'), ...args], {
    env: { ...systemEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

/** A whole instance under the launcher, as `npm start` runs it. */
export interface Installed {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  /** What it has printed so far. */
  output(): string;
  /** Ends it in order. */
  stop(): Promise<void>;
}

/** Starts the built launcher on a data folder and waits until it serves. @throws Error with what it printed */
export async function startInstalled(dataFolder: string, env: Env): Promise<Installed> {
  const child: ChildProcess = spawn(process.execPath, [path.join(ROOT, 'dist/apps/launcher/main.js')], {
    cwd: ROOT,
    env: {
      ...systemEnv(),
      TENON_DATA_DIR: dataFolder,
      TENON_PORT: String(await findFreePort()),
      TENON_LOCAL_MODEL: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += text.toString()));
  const exited = once(child, 'exit');
  const ready = await new Promise<{ url: string; token: string }>((resolve, reject) => {
    child.on('message', (message: { type: string; url: string; token: string }) => {
      if (message.type === 'ready') resolve(message);
    });
    void exited.then(() => reject(new Error(`Tenon did not start:\n${output}`)));
  });
  return {
    url: ready.url,
    token: ready.token,
    pid: child.pid as number,
    output: () => output,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}
