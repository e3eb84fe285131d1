import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../../..');

/** What a command came to. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when that text stands on one of its outputs. @throws Error when it ends before */
  waitFor(output: 'stdout' | 'stderr', text: string): Promise<void>;
}

/** Runs the built command line as a child process. @param input  what it reads from standard input */
export function startTenon(args: readonly string[], env: Readonly<Record<string, string>>, input = ''): Running {
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/apps/cli/main.js'), ...args], {
    env: { ...env },
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  let look: () => void = () => undefined;
  for (const output of ['stdout', 'stderr'] as const)
    child[output].setEncoding('utf8').on('data', (text: string) => {
      said[output] += text;
      look();
    });
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  const waitFor: Running['waitFor'] = (output, text) =>
    new Promise((resolve, reject) => {
      look = () => said[output].includes(text) && resolve();
      look();
      void ended.then(() => reject(new Error(`"${text}" is not in ${JSON.stringify(said)}`)));
    });
  return { child, ended, waitFor };
}
