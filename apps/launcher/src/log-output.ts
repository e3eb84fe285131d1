import { redactText } from '@tenon/platform';
import { mkdirSync } from 'node:fs';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import type { Terminal } from './terminal.js';

const COLOURS = [36, 33, 35, 32, 34, 31];

/** Where the lines of the processes go: each into a file of its own, and into the terminal with the name before it. */
export class LogOutput {
  private readonly files = new Map<string, RotatingFileStream>();

  constructor(
    private readonly folder: string,
    private readonly terminal: Terminal,
    private readonly maxSize: `${number}M` | `${number}K` = '10M',
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Takes the lines of one process. A quiet one is written to its file only. */
  for(name: string, { isQuiet = false } = {}): (line: string) => void {
    const file = this.open(name);
    const colour = COLOURS[(this.files.size - 1) % COLOURS.length];
    return (said) => {
      // what servers and a process that crashes print has been through nobody's hands
      const line = redactText(said);
      file.write(`${line}\n`);
      if (!isQuiet) this.terminal.printOf(name, line, colour);
    };
  }

  /** Resolves when all lines are in their files. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.files.values()].map((file) => new Promise<void>((resolve) => file.end(() => resolve()))),
    );
  }

  private open(name: string): RotatingFileStream {
    const known = this.files.get(name);
    if (known) return known;
    const file = createStream(`${name}.log`, { path: this.folder, size: this.maxSize, rotate: 3, mode: 0o600 });
    // A log that cannot be written (full disk) must not end what it tells about.
    file.on('error', (error) => this.terminal.print(`The log of ${name} cannot be written: ${error.message}`, 'error'));
    this.files.set(name, file);
    return file;
  }
}
