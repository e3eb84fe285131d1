import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api/client.js';
import { followRun, type EventUpdate, type RunUpdate } from '../api/follow-run.js';
import type { RunReport } from '../api/run-report.js';
import { findPulse } from '../api/runs.js';
import type { AppOutline } from '../input/start-form.js';
import { AnswerPrinter } from '../render/answer-printer.js';
import { RunProgress } from '../render/run-progress.js';
import type { Terminal } from '../terminal.js';

const PULSE_MS = 3_000;
const COLUMNS = 100;
/** A step that is over sooner needs no line that says it began, in milliseconds. */
const BRIEF_MS = 300;

/**
 * What a person sees of a run while it goes on: its steps on standard error; with `isStreaming` the answer as it comes, on
 * standard output, or with `isJson` on standard error.
 */
export class RunView {
  private readonly progress: RunProgress;
  private readonly printer: AnswerPrinter | undefined;
  private endLive: () => void = () => undefined;
  private hasText = false;
  private lastPulse = '';
  private hasBegun = false;
  private readonly startLines = new Map<string | null, NodeJS.Timeout>();

  constructor(
    private readonly terminal: Terminal,
    outline: AppOutline,
    private readonly options: { readonly isStreaming: boolean; readonly isJson: boolean },
  ) {
    this.progress = new RunProgress(outline, (style, text) => terminal.paint(style, text));
    if (options.isStreaming)
      this.printer = new AnswerPrinter(
        (text) => this.writeAnswer(text),
        () => this.terminal.note('(what was printed of the answer does not hold; here it is anew)'),
      );
  }

  /** Whether the answer stands on the output already. */
  get hasPrintedAnswer(): boolean {
    return this.hasText;
  }

  begin(appName: string, runId: string): void {
    this.terminal.note(`${this.terminal.paint('bold', appName)}  ${this.terminal.paint('dim', `run ${runId}`)}`);
    this.endLive = this.terminal.showLive(() =>
      this.hasText ? [] : [...this.progress.liveLines(this.terminal.columns ?? COLUMNS), ...this.pulseLines()],
    );
  }

  /** Shows the run until its last event. @throws what `followRun` throws */
  async follow(client: ApiClient, runId: string): Promise<void> {
    const over = new AbortController();
    const watching = this.watchPulse(client.until(AbortSignal.any([client.signal, over.signal])), runId);
    try {
      for await (const update of followRun(client, runId)) this.take(update);
    } finally {
      over.abort();
      await watching;
    }
  }

  /** Closes the answer that was streamed. */
  closeAnswer({ answer, status }: RunReport): void {
    this.printer?.finish(status === 'failed' ? null : answer);
    this.end();
  }

  /** Says how the run ended. */
  sayOutcome({ id, status, usage }: RunReport, outcome: string): void {
    const isGood = status === 'succeeded' || status === 'partiallySucceeded';
    const mark = this.terminal.paint(isGood ? 'green' : 'red', isGood ? '✓' : '✗');
    const tokens = usage && usage.totalTokens > 0 ? ` · ${usage.totalTokens} tokens` : '';
    this.terminal.note(`${mark} ${outcome}${tokens}  ${this.terminal.paint('dim', `tenon show ${id}`)}`);
  }

  /** Shows nothing from now on. */
  end(): void {
    for (const timer of this.startLines.values()) clearTimeout(timer);
    this.endLive();
  }

  private take(update: RunUpdate): void {
    switch (update.kind) {
      case 'event':
        return this.takeEvent(update);
      case 'text':
        return this.progress.takeText(update);
      case 'reply':
        return this.printer?.take(update);
      case 'lost':
        return this.terminal.note(
          this.terminal.paint('yellow', 'The connection was lost; the run goes on, and it is tried again …'),
        );
      case 'back':
        return this.terminal.note(this.terminal.paint('dim', 'The connection is back.'));
    }
  }

  private takeEvent(event: EventUpdate): void {
    this.hasBegun = true;
    clearTimeout(this.startLines.get(event.stepKey));
    for (const line of this.progress.take(event)) if (!this.isQuiet(event)) this.terminal.note(line);
    const start = this.progress.startLine(event);
    if (start !== undefined && !this.terminal.isInteractive)
      this.startLines.set(
        event.stepKey,
        setTimeout(() => this.terminal.note(start), BRIEF_MS),
      );
  }

  /** While an answer runs over the screen, only what goes wrong breaks into it. */
  private isQuiet({ type }: EventUpdate): boolean {
    const isTrouble = ['step.retrying', 'step.handled', 'step.failed'].includes(type);
    return this.hasText && this.terminal.isOneScreen && !isTrouble;
  }

  private writeAnswer(text: string): void {
    this.hasText = true;
    if (this.options.isJson) this.terminal.writeAside(text);
    else this.terminal.write(text);
  }

  private pulseLines(): string[] {
    if (this.lastPulse) return [this.terminal.paint('yellow', this.lastPulse)];
    return this.hasBegun ? [] : [this.terminal.paint('dim', 'waiting for a worker …')];
  }

  /** Says what events cannot: why a run has not started or cannot go on, and that a worker is lost. */
  private async watchPulse(client: ApiClient, runId: string): Promise<void> {
    while (!client.signal.aborted) {
      await delay(PULSE_MS, undefined, { signal: client.signal }).catch(() => undefined);
      // an API that is away is told of by the connection that is lost
      const pulse = client.signal.aborted ? undefined : await findPulse(client, runId).catch(() => undefined);
      if (!pulse) continue;
      const said =
        pulse.needsAttention?.reason ??
        (pulse.isRecovering
          ? 'The worker of a step is lost; another takes over.'
          : (pulse.status === 'queued' && pulse.waitingFor) || '');
      if (said && said !== this.lastPulse && !this.terminal.isInteractive) this.terminal.note(said);
      this.lastPulse = said;
    }
  }
}
