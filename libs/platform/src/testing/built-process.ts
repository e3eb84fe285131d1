import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const KEPT_CHARACTERS = 1_000_000;

/** One of our programs as it was built, as a process that can be killed and started again. */
export class BuiltProcess {
  private readonly folder: string;
  private readonly env: Readonly<Record<string, string>>;
  private child: ChildProcess | undefined;
  private output = '';

  /**
   * @param folder  its project, such as `apps/api`
   * @param env  all of its environment
   */
  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.env = env;
  }

  /** Of the process that was started last. @throws Error when none was */
  get pid(): number {
    if (!this.child?.pid) throw new Error(`${this.folder} does not run`);
    return this.child.pid;
  }

  /** Starts it and waits until it serves. @throws Error with what it printed when it ends before */
  async start(): Promise<void> {
    const main = path.join(ROOT, 'dist', this.folder, 'main.js');
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: this.env,
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true, // a Ctrl-C in the terminal reaches who started it, who ends it in order; it ends with the channel
    });
    this.child = child;
    this.output = '';
    const keep = (text: Buffer) => void (this.output = (this.output + text.toString()).slice(-KEPT_CHARACTERS));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${this.folder} ended with ${code} before it served:\n${this.output}`);
    });
    ended.catch(() => undefined);
    const ready = new Promise<void>((resolve) =>
      child.on('message', ({ type }: { type?: unknown }) => type === 'ready' && resolve()),
    );
    await Promise.race([ready, ended]);
  }

  /** What it printed last. */
  get lastOutput(): string {
    return this.output;
  }

  /** Whether it was started and has not ended. */
  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** SIGKILL, and waits for its end. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** SIGTERM, and waits for its end; nothing when it has ended already. */
  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || !this.isRunning) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}
