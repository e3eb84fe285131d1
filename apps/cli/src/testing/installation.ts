import type { TroubleName } from '@tenon/platform';
import { findFreePort } from '@tenon/platform/processes';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Finding } from '../doctor/finding.js';
import type { ProcessHealth } from '../doctor/process-health.js';

const ROOT = path.resolve(import.meta.dirname, '../../../..');

/** What `tenon doctor --json` said, and its exit code. */
export interface Diagnosis {
  readonly code: number | null;
  readonly stdout: string;
  readonly findings: readonly Finding[];
  /** The known troubles that were found, in order and once each. */
  readonly troubles: readonly TroubleName[];
  /** What is said of the first sign of a trouble. */
  stateOf(name: TroubleName): string | undefined;
}

type Env = Readonly<Record<string, string>>;

/** A copy of the built product with a data folder of its own, so that programs of it can be broken. */
export interface Installation {
  readonly root: string;
  readonly data: string;
  readonly port: number;
  /** Replaces a built program. @param folder  such as `temporal/worker` */
  setProgram(folder: string, body: string): Promise<void>;
  editProgram(folder: string, edit: (text: string) => string): Promise<void>;
  /** Starts the launcher; resolves with true when Tenon is ready, and with false when it has ended instead. */
  launch(env?: Env): Promise<boolean>;
  /** The launcher that was started last. */
  readonly launcher: ChildProcess;
  /** A process of it, once `check` accepts it. */
  until(name: string, check: (process: ProcessHealth & { pid?: number }) => boolean): Promise<{ readonly pid: number }>;
  /** Ends the launcher in order, and waits. */
  stop(): Promise<void>;
  doctor(env?: Env): Promise<Diagnosis>;
  remove(): Promise<void>;
}

/** Makes the copy. @param withoutPackage  one that is not installed there */
export async function createInstallation(withoutPackage?: string): Promise<Installation> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'tenon-doctor-'));
  await chmod(root, 0o755); // as root, Postgres runs as another user
  await cp(path.join(ROOT, 'dist'), path.join(root, 'dist'), { recursive: true });
  for (const name of ['package.json', 'examples']) await symlink(path.join(ROOT, name), path.join(root, name));
  await linkPackages(root, withoutPackage);
  const data = path.join(root, 'data');
  const port = await findFreePort();
  const given = ['PATH', 'HOME', 'XDG_CACHE_HOME', 'TENON_CACHE_DIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const own = { TENON_DATA_DIR: data, TENON_PORT: String(port), TENON_LOCAL_MODEL: 'off' };
  const env = { ...Object.fromEntries(given), ...own, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
  const main = (folder: string) => path.join(root, 'dist', folder, 'main.js');
  let launcher: ChildProcess | undefined;
  const hasEnded = () => !launcher || launcher.exitCode !== null || launcher.signalCode !== null;
  const end = async (signal: NodeJS.Signals) => {
    if (!launcher || hasEnded()) return;
    const exited = once(launcher, 'exit');
    launcher.kill(signal);
    await exited;
  };
  return {
    ...{ root, data, port },
    get launcher() {
      if (!launcher) throw new Error('no launcher was started');
      return launcher;
    },
    setProgram: (folder, body) => writeFile(main(folder), body),
    editProgram: async (folder, edit) => writeFile(main(folder), edit(await readFile(main(folder), 'utf8'))),
    launch: async (more = {}) => {
      launcher = spawn(process.execPath, [main('apps/launcher')], {
        env: { ...env, ...more },
        cwd: root,
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      const isReady = new Promise<boolean>((resolve) =>
        launcher?.on('message', ({ type }: { type?: string }) => type === 'ready' && resolve(true)),
      );
      return Promise.race([isReady, once(launcher, 'exit').then(() => false)]);
    },
    until: async (name, check) => {
      for (const deadline = Date.now() + 60_000; ;) {
        const { processes } = JSON.parse(await readFile(path.join(data, 'status.json'), 'utf8')) as {
          processes: (ProcessHealth & { pid?: number })[];
        };
        const found = processes.find((process) => process.name === name);
        if (found && check(found)) return { pid: found.pid ?? 0 };
        if (Date.now() > deadline) throw new Error(`It did not happen: ${JSON.stringify(found)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop: () => end('SIGTERM'),
    doctor: (more = {}) => diagnose(main('apps/cli'), { ...env, ...more }),
    remove: async () => {
      await end('SIGTERM');
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function linkPackages(root: string, without: string | undefined): Promise<void> {
  const all = path.join(ROOT, 'node_modules');
  const target = path.join(root, 'node_modules');
  if (without === undefined) return symlink(all, target);
  await mkdir(target);
  for (const name of await readdir(all))
    if (name !== without) await symlink(path.join(all, name), path.join(target, name));
}

/** Runs `tenon doctor --json` of a built command line. */
export async function diagnose(main: string, env: Env): Promise<Diagnosis> {
  const child = spawn(process.execPath, [main, 'doctor', '--json'], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const signs = findings.filter(({ level, trouble }) => level === 'trouble' && trouble !== undefined);
  return {
    ...{ code, stdout, findings },
    troubles: [...new Set(signs.map(({ trouble }) => trouble as TroubleName))],
    stateOf: (name) => signs.find(({ trouble }) => trouble === name)?.state,
  };
}
