import type { Json } from '@tenon/base';
import type { EventUpdate, TextUpdate } from '../api/follow-run.js';
import type { AppOutline } from '../input/start-form.js';
import { count, describeDuration } from './quantity.js';
import { wayText } from './run-lines.js';
import { oneLine } from './value-text.js';

type Paint = (style: 'green' | 'red' | 'yellow' | 'dim' | 'cyan' | 'bold', text: string) => string;

interface StepUnderWay {
  readonly name: string;
  /** Of the event, in milliseconds since 1970. */
  readonly startedMs: number;
  /** When it was heard of here. */
  readonly seenMs: number;
  readonly note: string;
  readonly text: string;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** How much of a live text is kept for its last words, in characters. */
const TAIL = 200;

/** The steps of a run while it goes on: a line for each that ended, and live lines for those under way. */
export class RunProgress {
  private readonly underWay = new Map<string, StepUnderWay>();

  constructor(
    private readonly outline: Pick<AppOutline, 'nodes'>,
    private readonly paint: Paint,
  ) {}

  /** Takes in an event and gives the lines that it is worth for good. */
  take(event: EventUpdate): string[] {
    const { stepKey, type, payload } = event;
    if (stepKey === null) return [];
    const name = this.nameOf(stepKey);
    const before = this.underWay.get(stepKey);
    const atMs = Date.parse(event.at);
    if (type === 'step.started') {
      this.underWay.set(stepKey, { name, startedMs: atMs, seenMs: Date.now(), note: '', text: '' });
      return [];
    }
    if (type === 'step.retrying') {
      const wait = describeDuration(Number(payload['delayMs']));
      const tries = `try ${Number(payload['attempt'])} failed, next in ${wait}`;
      if (before) this.underWay.set(stepKey, { ...before, note: tries, text: '' });
      return [`${this.paint('yellow', '↻')} ${name}  ${tries}: ${messageOf(payload['failure'])}`];
    }
    this.underWay.delete(stepKey);
    if (type === 'step.skipped') return [];
    const took = before && atMs - before.startedMs;
    return [this.endLine(type, name, took, payload)];
  }

  /** Takes in live text of a step. */
  takeText({ stepKey, channel, offset, text }: TextUpdate): void {
    const before = this.underWay.get(stepKey);
    if (!before || channel !== 'text') return;
    this.underWay.set(stepKey, { ...before, text: (offset === 0 ? text : before.text + text).slice(-TAIL) });
  }

  /** The step under way begins, or goes on, as a line for outputs that are not redrawn. */
  startLine(event: EventUpdate): string | undefined {
    return event.type === 'step.started' ? `… ${this.nameOf(event.stepKey ?? '')}` : undefined;
  }

  /** What is under way at this moment, for a place that is redrawn. */
  liveLines(columns: number): string[] {
    const frame = FRAMES[Math.floor(Date.now() / 120) % FRAMES.length] as string;
    return [...this.underWay.values()].map(({ name, seenMs, note, text }) => {
      const head = `${name}  ${describeDuration(Math.max(0, Math.floor((Date.now() - seenMs) / 100) * 100))}`;
      const said = note || tailOf(text, columns - head.length - 8);
      return `${this.paint('cyan', frame)} ${head}${said && `  ${this.paint('dim', said)}`}`;
    });
  }

  private endLine(type: string, name: string, tookMs: number | undefined, payload: EventUpdate['payload']): string {
    const facts = [tookMs !== undefined && describeDuration(tookMs), tokensOf(payload['usage'])].filter(Boolean);
    const tail = facts.length > 0 ? `  ${this.paint('dim', facts.join(' · '))}` : '';
    const exit = wayText(payload['exit']);
    const way = exit && `  ${exit}`;
    switch (type) {
      case 'step.succeeded':
        return `${this.paint('green', '✓')} ${name}${way}${tail}`;
      case 'step.handled':
        return `${this.paint('yellow', '!')} ${name}${way}${tail}  failed, and its failure rule took over: ${messageOf(payload['failure'])}`;
      case 'step.failed':
        return `${this.paint('red', '✗')} ${name}${tail}  ${messageOf(payload['failure'])}`;
      default:
        return `${this.paint('dim', '■')} ${name}  stopped`;
    }
  }

  private nameOf(stepKey: string): string {
    const path = stepKey.split('/');
    const nodeId = path.at(-1) as string;
    return `${'  '.repeat(path.length - 1)}${this.outline.nodes.get(nodeId)?.title ?? nodeId}`;
  }
}

function messageOf(failure: Json | undefined): string {
  const { message } = (failure ?? {}) as { message?: Json };
  return typeof message === 'string' ? message : '';
}

function tokensOf(usage: Json | undefined): string {
  const { totalTokens } = (usage ?? {}) as { totalTokens?: Json };
  return typeof totalTokens === 'number' && totalTokens > 0 ? count(totalTokens, 'token') : '';
}

function tailOf(text: string, length: number): string {
  if (length < 12) return '';
  const flat = oneLine(text, TAIL);
  return flat.length > length ? `…${flat.slice(-length + 1)}` : flat;
}
