import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../../../..');

/** One of our programs as it was built, as a child process that can be killed and started again. */
export class BuiltProcess {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Starts it and waits until it serves. @throws Error with what it printed */
  async start(): Promise<void> {
    const main = path.join(ROOT, 'dist', this.folder, 'main.js');
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    const keep = (text: Buffer) => void (this.output = (this.output + text.toString()).slice(-20_000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${this.folder} ended with ${code} before it served:\n${this.output}`);
    });
    ended.catch(() => undefined);
    await Promise.race([once(child, 'message'), ended]);
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}
