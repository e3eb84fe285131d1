import type { Config } from '@tenon/platform';
import type { Writable } from 'node:stream';

const TERMINAL_EVERY_MS = 250;
const QUIET_EVERY_MS = 10_000;

type Level = Config['log']['level'];
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];

interface Step {
  readonly line: () => string;
  /** When it was shown last, outside a terminal. */
  shownMs: number;
}

/** How far a step is: `12 of 44 MB`. */
export type ShowState = (state: string) => void;

/**
 * What a person sees: lines of a log, as severe as asked for, and what is told to whoever started Tenon. In a terminal the
 * steps under way are the last line, which is rewritten; elsewhere a step that lasts is repeated every ten seconds.
 */
export class Terminal {
  private readonly steps = new Map<symbol, Step>();
  private timer: NodeJS.Timeout | undefined;
  private hasStatusLine = false;
  private isForMachines = false;
  private isInteractive: boolean;
  private leastLevel: Level = 'info';

  constructor(
    private readonly output: Writable,
    isInteractive: boolean,
  ) {
    this.isInteractive = isInteractive;
  }

  get isColoured(): boolean {
    return this.isInteractive;
  }

  /** From here on it leaves out what is less severe, and with `json` every line is an object, as those of the processes are. */
  obey({ level, format }: Config['log']): void {
    this.leastLevel = level;
    if (format !== 'json') return;
    this.isForMachines = true;
    this.isInteractive = false;
  }

  /** Writes a line above the steps under way. */
  print(line: string, level: Level = 'info'): void {
    if (this.isHeard(level)) this.tell(line, level);
  }

  /** The same for an answer to whoever started Tenon, which is no line of a log: a sign-in is shown only once. */
  tell(line: string, level: Level = 'info'): void {
    this.clear();
    this.writeLine('launcher', line, level);
    if (this.isInteractive) this.showSteps();
  }

  /** Writes what a process has said, with its name before it. */
  printOf(name: string, line: string, colour = 0): void {
    if (this.isForMachines) return this.writeLine(name, line);
    const label = name.padEnd(12);
    this.tell(`${this.isColoured ? `\x1b[${colour}m${label}\x1b[0m` : label} │ ${line}`);
  }

  /** Runs a long step: says what it is, how far, and how long so far. */
  async step<T>(what: string, work: (show: ShowState) => Promise<T>): Promise<T> {
    if (!this.isHeard('info')) return work(() => undefined);
    const id = Symbol(what);
    const startedMs = Date.now();
    let state = '';
    this.steps.set(id, { line: () => `${what}${state && `: ${state}`} (${elapsed(startedMs)})`, shownMs: startedMs });
    this.timer ??= setInterval(() => this.tick(), this.isInteractive ? TERMINAL_EVERY_MS : 1000);
    if (!this.isInteractive) this.writeLine('launcher', `${what} …`);
    try {
      const result = await work((text) => (state = text));
      this.end(id, `✓ ${what} (${elapsed(startedMs)})`);
      return result;
    } catch (error) {
      this.end(id, `✗ ${what} (${elapsed(startedMs)})`);
      throw error;
    }
  }

  private end(id: symbol, line: string): void {
    this.steps.delete(id);
    if (this.steps.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    this.print(line);
  }

  private tick(): void {
    if (this.isInteractive) {
      this.clear();
      this.showSteps();
      return;
    }
    for (const step of this.steps.values()) {
      if (Date.now() - step.shownMs < QUIET_EVERY_MS) continue;
      step.shownMs = Date.now();
      this.writeLine('launcher', step.line());
    }
  }

  private isHeard(level: Level): boolean {
    return LEVELS.indexOf(level) >= LEVELS.indexOf(this.leastLevel);
  }

  private writeLine(name: string, line: string, level: Level = 'info'): void {
    const isObject = line.startsWith('{') && line.endsWith('}');
    if (!this.isForMachines || isObject) this.output.write(`${line}\n`);
    else if (line.trim() !== '')
      this.output.write(`${JSON.stringify({ level, time: new Date().toISOString(), name, msg: line.trim() })}\n`);
  }

  private showSteps(): void {
    if (this.steps.size === 0) return;
    const text = [...this.steps.values()].map(({ line }) => line()).join(' · ');
    // A line that wraps could not be rewritten.
    this.output.write(text.slice(0, ((this.output as { columns?: number }).columns ?? 80) - 1));
    this.hasStatusLine = true;
  }

  private clear(): void {
    if (this.hasStatusLine) this.output.write('\r\x1b[2K');
    this.hasStatusLine = false;
  }
}

/** `7 s`, `1 min 20 s`. */
export function elapsed(sinceMs: number): string {
  const seconds = Math.round((Date.now() - sinceMs) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `12 of 44 MB`; without a total `12 MB`. */
export function amount(doneBytes: number, totalBytes?: number): string {
  const mega = (bytes: number) => Math.round(bytes / 1e6);
  return totalBytes ? `${mega(doneBytes)} of ${mega(totalBytes)} MB` : `${mega(doneBytes)} MB`;
}
