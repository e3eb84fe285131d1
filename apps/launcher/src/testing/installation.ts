import { build } from 'esbuild';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { LauncherStatus } from '../status-file.js';
import type { ProcessStatus } from '../supervised.js';
import { eventually } from './script.js';

const repository = path.resolve(__dirname, '../../../..');
const PROGRAMS = ['apps/api', 'apps/code-runner', 'apps/local-models', 'temporal/worker'];

/** A program that is ready at once, says so in its log, and ends as ours do. */
export const PROGRAM = `
  console.log('up as ' + process.pid);
  process.on('SIGTERM', () => process.exit(0));
  process.on('SIGINT', () => console.log('interrupted'));
  process.on('disconnect', () => process.exit(0));
  process.send({ type: 'ready', ownerCreated: true });
  setInterval(() => {}, 1000);`;

/** The same for the code runner, which is asked whether it answers. */
const CODE_RUNNER = `
  import { createServer } from 'node:http';
  createServer((_, response) => response.writeHead(401).end()).listen(Number(process.env.TENON_CODE_RUNNER_PORT), '127.0.0.1');
  ${PROGRAM}`;

/** A copy of the built product in a folder of its own: the real launcher, and small programs in place of the others. */
export interface Installation {
  readonly dataFolder: string;
  setProgram(name: string, body: string): Promise<void>;
  /** Says that a build is over. */
  endBuild(): Promise<void>;
  setRelease(release: string): Promise<void>;
  removeProgram(name: string): Promise<void>;
  /** Runs the launcher. */
  launch(env?: Record<string, string>, args?: readonly string[]): Launched;
  status(): Promise<LauncherStatus>;
  /** Everything in the data folder with what its mode lets whom do: `600 temporal.db`. */
  listModes(): Promise<string[]>;
  /** The process as the status file shows it, once `check` accepts it. */
  until(name: string, check: (process: ProcessStatus) => boolean, withinMs?: number): Promise<ProcessStatus>;
  remove(): Promise<void>;
}

/** A launcher under way. */
export interface Launched {
  readonly child: ChildProcess;
  /** Everything it has printed. */
  output(): string;
  /** Resolves when it has printed the sign-in; rejects when it ended before. */
  ready(): Promise<void>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Makes the copy. With `data` it starts with a copy of that data folder, which saves making the databases. */
export async function createInstallation(data?: string): Promise<Installation> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'tenon-installation-'));
  await chmod(root, 0o755);
  const dataFolder = path.join(root, 'data');
  const main = (name: string) => path.join(root, 'dist', name, 'main.js');
  if (data) await copyFolder(data, dataFolder);
  await symlink(path.join(repository, 'node_modules'), path.join(root, 'node_modules'));
  await bundleLauncher(main('apps/launcher'));
  const installation: Installation = {
    dataFolder,
    setProgram: async (name, body) => {
      await mkdir(path.dirname(main(name)), { recursive: true });
      await writeFile(main(name), body);
    },
    endBuild: () => writeFile(path.join(root, 'dist/.stamp'), randomUUID()),
    setRelease: (version) => writeFile(path.join(root, 'package.json'), JSON.stringify({ version, type: 'module' })),
    removeProgram: (name) => rm(main(name)),
    launch: (env = {}, args = []) => launch(root, main('apps/launcher'), { TENON_DATA_DIR: dataFolder, ...env }, args),
    status: async () => JSON.parse(await readFile(path.join(dataFolder, 'status.json'), 'utf8')) as LauncherStatus,
    listModes: async () =>
      (await promisify(execFile)('find', [dataFolder, '-mindepth', '1', '-printf', '%m %P\\n'])).stdout
        .split('\n')
        .filter(Boolean),
    until: (name, check, withinMs = 20_000) =>
      eventually(async () => {
        const { processes } = await installation.status();
        const found = processes.find((process) => process.name === name);
        return found && check(found) && found;
      }, withinMs),
    remove: () => rm(root, { recursive: true, force: true }),
  };
  await installation.setRelease('1.0.0');
  await installation.endBuild();
  for (const name of PROGRAMS) await installation.setProgram(name, name === 'apps/code-runner' ? CODE_RUNNER : PROGRAM);
  return installation;
}

// `cp -a` keeps the owner: as root, Postgres runs as another user.
async function copyFolder(source: string, target: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', source, target]);
}

async function bundleLauncher(outfile: string): Promise<void> {
  await build({
    entryPoints: [path.join(repository, 'apps/launcher/src/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    logLevel: 'warning',
    tsconfig: path.join(repository, 'tsconfig.base.json'),
    plugins: [
      {
        name: 'external',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ kind, path: name }) =>
            kind === 'entry-point' || name.startsWith('@tenon/') ? undefined : { path: name, external: true },
          ),
      },
    ],
  });
}

function launch(root: string, main: string, env: Record<string, string>, args: readonly string[]): Launched {
  const { PATH = '', HOME = '', XDG_CACHE_HOME, TENON_CACHE_DIR } = process.env;
  const cache = { ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }), ...(TENON_CACHE_DIR && { TENON_CACHE_DIR }) };
  const child = spawn(process.execPath, [main, ...args], {
    cwd: root,
    // with a provider, no model is fetched
    env: { PATH, HOME, OPENAI_API_KEY: 'not used', ...cache, ...env },
    // a group of its own, to which a Ctrl-C of a terminal can be sent
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  return {
    child,
    output: () => output,
    ended,
    ready: () =>
      eventually(() => {
        if (child.exitCode !== null) throw new Error(`The launcher ended:\n${output}`);
        return output.includes('Tenon is ready');
      }, 60_000).then(() => {}),
  };
}
