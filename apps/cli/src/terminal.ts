import { styleText } from 'node:util';
import { describeElapsed } from './render/quantity.js';

/** A stream that text is written to, and what it is. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

type Style = Parameters<typeof styleText>[0];

const REDRAW_MS = 120;
const QUIET_EVERY_MS = 10_000;
/** A line that wraps could not be taken back: these switch the wrapping off and on. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';

/**
 * Where a command speaks. What it was asked for goes to standard output; what it says meanwhile goes to standard error,
 * whose last lines may be live: they are redrawn in a terminal, and not shown elsewhere.
 */
export class Terminal {
  private liveLines: (() => readonly string[]) | undefined;
  private drawnCount = 0;
  private timer: NodeJS.Timeout | undefined;
  /** The output that the last text left in the middle of a line. */
  private midLine: 'out' | 'err' | undefined;

  constructor(
    private readonly out: Output,
    private readonly err: Output,
    private readonly env: Readonly<Record<string, string | undefined>> = {},
  ) {}

  /** Whether a person sees standard error as it is written. */
  get isInteractive(): boolean {
    return this.err.isTTY === true;
  }

  /** Whether both outputs are one screen. */
  get isOneScreen(): boolean {
    return this.isInteractive && this.out.isTTY === true;
  }

  /** Width of standard error in characters, where it is a terminal. */
  get columns(): number | undefined {
    return this.err.columns;
  }

  /** Text for standard output as it is; a live region steps aside. */
  write(text: string): void {
    this.clear();
    this.out.write(text);
    if (text !== '') this.midLine = text.endsWith('\n') ? undefined : 'out';
    this.draw();
  }

  /** Text for standard error as it is. */
  writeAside(text: string): void {
    this.clear();
    this.err.write(text);
    if (text !== '') this.midLine = text.endsWith('\n') ? undefined : 'err';
    this.draw();
  }

  /** A line of what was asked for. */
  result(line: string): void {
    this.write(`${line}\n`);
  }

  /** A line of what is said meanwhile, above the live region. */
  note(line: string): void {
    this.clear();
    if (this.isErrMidLine) {
      this.err.write('\n');
      this.midLine = undefined;
    }
    this.err.write(`${line}\n`);
    this.draw();
  }

  /** Paints text for one of the outputs, where it is a terminal that wants colours. */
  paint(style: Style, text: string, output: 'out' | 'err' = 'err'): string {
    return this.hasColour(output) ? styleText(style, text, { validateStream: false }) : text;
  }

  /** Shows lines that change until the returned function is called; nothing where nobody sees them. */
  showLive(lines: () => readonly string[]): () => void {
    if (!this.isInteractive) return () => undefined;
    this.liveLines = lines;
    this.timer ??= setInterval(() => this.redraw(), REDRAW_MS);
    this.redraw();
    return () => {
      if (this.liveLines !== lines) return;
      this.clear();
      this.liveLines = undefined;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  /**
   * Runs something that takes long and says what it is, how far it is and how long it takes so far. `work` is given a
   * function that says how far, such as `120 of 491 MB`.
   */
  async step<T>(what: string, work: (show: (state: string) => void) => Promise<T>): Promise<T> {
    const startedMs = Date.now();
    let state = '';
    const line = () => `${what}${state && `: ${state}`} (${describeElapsed(startedMs)})`;
    const endLive = this.showLive(() => [line()]);
    if (!this.isInteractive) this.note(`${what} …`);
    const quiet = this.isInteractive ? undefined : setInterval(() => this.note(line()), QUIET_EVERY_MS);
    let mark = this.paint('red', '✗');
    try {
      const result = await work((text) => (state = text));
      mark = this.paint('green', '✓');
      return result;
    } finally {
      clearInterval(quiet);
      endLive();
      this.note(`${mark} ${what} (${describeElapsed(startedMs)})`);
    }
  }

  private get isErrMidLine(): boolean {
    return this.midLine === 'err' || (this.midLine === 'out' && this.isOneScreen);
  }

  private hasColour(output: 'out' | 'err'): boolean {
    const isTerminal = (output === 'out' ? this.out : this.err).isTTY === true;
    return isTerminal && !this.env['NO_COLOR'] && this.env['TERM'] !== 'dumb';
  }

  private redraw(): void {
    this.clear();
    this.draw();
  }

  private clear(): void {
    if (this.drawnCount > 0) this.err.write(`\x1b[${this.drawnCount}A\r\x1b[J`);
    this.drawnCount = 0;
  }

  private draw(): void {
    if (!this.liveLines || this.isErrMidLine) return;
    const lines = this.liveLines().slice(-Math.max(1, (this.err.rows ?? 24) - 2));
    if (lines.length === 0) return;
    this.err.write(`${NO_WRAP}${lines.map((line) => `${line}\n`).join('')}${WRAP}`);
    this.drawnCount = lines.length;
  }
}
