import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import type { AttemptReport, RunReport, StepReport, StepStatus, Usage } from '../api/run-report.js';
import { count, describeDuration, describeInstant } from './quantity.js';
import { failureText, outcomeText, wayText } from './run-lines.js';
import { namedValues, valueText } from './value-text.js';

type Style = 'green' | 'red' | 'yellow' | 'dim' | 'cyan' | 'bold';

/** How a run is drawn. */
export interface ShowOptions {
  readonly paint: (style: Style, text: string) => string;
  /** Shows everything; else long values are cut, and what is empty or stands elsewhere is left out. */
  readonly isFull: boolean;
}

const MAX_LINES = 12;

const MARKS: Readonly<Record<StepStatus, readonly [string, Style]>> = {
  running: ['◐', 'cyan'],
  retrying: ['↻', 'yellow'],
  succeeded: ['●', 'green'],
  handled: ['●', 'yellow'],
  failed: ['✗', 'red'],
  skipped: ['○', 'dim'],
  stopped: ['■', 'dim'],
};
const CAUSES: Readonly<Record<AttemptReport['cause'], string>> = {
  first: 'first try',
  retry: 'tried again after a failure',
  lostWorker: 'done again, its worker was lost',
  workerStopped: 'done again, its worker was stopped',
};

/** A run from top to bottom: how it ended, what it was given, each step with what it read and gave, and what came out. */
export function showLines(run: RunReport, options: ShowOptions): string[] {
  const drawing = new Drawing(run, options);
  return [...drawing.head(), '', ...drawing.steps(), ...drawing.tail()];
}

class Drawing {
  private readonly titles: ReadonlyMap<string, string>;

  constructor(
    private readonly run: RunReport,
    private readonly options: ShowOptions,
  ) {
    this.titles = new Map(run.steps.map(({ key, title }) => [key, title]));
  }

  head(): string[] {
    const { app, version, id, query, inputs, usage, conversationId, channel, requestId, createdAt, needsAttention } =
      this.run;
    const colour: Style =
      this.run.status === 'failed' ? 'red' : this.run.status.endsWith('ucceeded') ? 'green' : 'yellow';
    const facts: [string, string | null][] = [
      ['Run', id],
      [
        'Outcome',
        this.options.paint(
          colour,
          outcomeText(this.run, (key) => this.titleOf(key)),
        ),
      ],
      ['Cannot go on', needsAttention && `${needsAttention.reason} Since ${describeInstant(needsAttention.since)}.`],
      ['Started', `${describeInstant(createdAt)} from ${channel === 'cli' ? 'the command line' : `the ${channel}`}`],
      ['Request', requestId],
      ['Tokens', usage && usage.totalTokens > 0 ? tokens(usage) : null],
      ['Cost', usage && usage.totalTokens > 0 ? cost(usage) : null],
      ['Conversation', conversationId],
      ['Message', query || null],
    ];
    return [
      this.options.paint('bold', `${app.name}, ${version === null ? 'draft' : `version ${version}`}`),
      ...facts.flatMap(([label, text]) => (text === null ? [] : [`${this.label(label.padEnd(13))}${text}`])),
      ...this.section('Inputs', inputs),
    ];
  }

  steps(): string[] {
    const { steps } = this.run;
    return steps.flatMap((step, index) => {
      const depth = '  '.repeat(step.key.split('/').length - 1);
      const edge = index < steps.length - 1 ? this.label('│') : ' ';
      const lines = step.status === 'skipped' ? [] : this.details(step);
      const isApart = lines.length > 0 && index < steps.length - 1;
      return [
        `${depth}${this.title(step)}`,
        ...lines.map((line) => `${depth}${edge}   ${line}`.trimEnd()),
        ...(isApart ? [`${depth}${edge}`] : []),
      ];
    });
  }

  tail(): string[] {
    const { answer, outputs } = this.run;
    if (answer !== null) return ['', this.label('Answer'), ...this.block(answer)];
    const lines = this.section('Outputs', outputs);
    return lines.length > 0 ? ['', ...lines] : [];
  }

  private title({ key, type, title, status, exit, usage, durationMs, isRecovering }: StepReport): string {
    const [mark, style] = MARKS[status];
    const facts = [
      type,
      ...(status === 'succeeded' ? [] : [status]),
      ...(durationMs === null ? [] : [describeDuration(durationMs)]),
      ...(usage && usage.totalTokens > 0 ? [tokenCount(usage)] : []),
      ...(isRecovering ? ['its worker is lost, another takes over'] : []),
    ];
    const way = wayText(exit);
    const name = status === 'skipped' ? this.label(title || key) : this.options.paint('bold', title || key);
    return `${this.options.paint(style, mark)} ${name}${way && ` ${way}`}  ${this.label(facts.join(' · '))}`;
  }

  private details(step: StepReport): string[] {
    const { failure, attempts } = step;
    const { inputs, outputs } = this.options.isFull ? step : withoutRepetition(step);
    return [
      ...this.section('read', inputs),
      ...attempts.flatMap((attempt, index) => this.attempt(attempt, attempts[index - 1], attempts.length > 1)),
      ...this.section('gave', outputs),
      ...(failure ? [this.options.paint('red', `failed: ${failureText(failure, (key) => this.titleOf(key))}`)] : []),
    ];
  }

  private attempt(attempt: AttemptReport, before: AttemptReport | undefined, isOneOfMany: boolean): string[] {
    const { request, reply, cause, outcome, durationMs, failure, usage } = attempt;
    const lines: string[] = [];
    if (isOneOfMany || cause !== 'first') {
      const facts = [
        `try ${attempt.attempt}`,
        CAUSES[cause],
        outcome === 'workerStopped'
          ? 'stopped with its worker'
          : (outcome ?? (attempt.isRecovering ? 'lost with its worker' : 'not ended')),
        ...(durationMs === null ? [] : [describeDuration(durationMs)]),
        ...(usage && usage.totalTokens > 0 ? [tokenCount(usage)] : []),
      ];
      lines.push(this.options.paint(outcome === 'succeeded' ? 'green' : 'yellow', facts.join(', ')));
    }
    if (request !== null) {
      const isSame = JSON.stringify(request) === JSON.stringify(before?.request);
      lines.push(...(isSame ? [this.label('asked the same')] : this.request(request)));
    }
    if (reply !== null) lines.push(this.label('came back'), ...this.reply(reply));
    if (failure && isOneOfMany) lines.push(`  ${failureText(failure, (key) => this.titleOf(key))}`);
    return lines;
  }

  /** A prompt as a talk; any other request by its parts. */
  private request(request: Json): string[] {
    if (!isJsonObject(request)) return [this.label('asked'), ...this.block(valueText(request))];
    const { messages, ...rest } = request;
    if (!Array.isArray(messages)) return [this.label('asked'), ...this.values(request)];
    const talk = (messages as readonly JsonObject[]).map(
      ({ role, content }) => [String(role), content ?? null] as const,
    );
    return [
      this.label(`asked ${[rest['provider'], rest['model']].filter(Boolean).join(' ')}`),
      ...talk.flatMap(([role, content]) => this.values({ [role]: content })),
    ];
  }

  private reply(reply: Json): string[] {
    if (!isJsonObject(reply)) return this.block(valueText(reply));
    const { usage: _usage, isPartial, ...rest } = reply;
    return [...this.values(rest), ...(isPartial ? [this.options.paint('yellow', '  broke off here')] : [])];
  }

  private section(label: string, values: JsonObject | null): string[] {
    const lines = this.values(values ?? {});
    return lines.length > 0 ? [this.label(label), ...lines] : [];
  }

  private values(values: JsonObject): string[] {
    const shown = Object.entries(values).filter(([, value]) => this.options.isFull || !isEmpty(value));
    return shown.flatMap(([name, value]) =>
      this.cut(namedValues({ [name]: value }, (text) => this.label(text))).map((line) => `  ${line}`),
    );
  }

  private block(text: string): string[] {
    return this.cut(text.replace(/\n$/, '').split('\n')).map((line) => `  ${line}`);
  }

  private cut(lines: string[]): string[] {
    if (this.options.isFull || lines.length <= MAX_LINES + 1) return lines;
    const left = count(lines.length - MAX_LINES, 'more line');
    return [...lines.slice(0, MAX_LINES), this.label(`… ${left}; --full shows all`)];
  }

  private titleOf(stepKey: string): string {
    return this.titles.get(stepKey) || stepKey;
  }

  private label(text: string): string {
    return this.options.paint('dim', text);
  }
}

/** Without what a start step merely passes on, and without the count of tokens that stands beside the step's name. */
function withoutRepetition({ type, inputs, outputs, usage }: StepReport): Pick<StepReport, 'inputs' | 'outputs'> {
  const isSaid = ([name]: [string, Json]) =>
    (type === 'start' && name.startsWith('sys.')) || (name === 'usage' && usage !== null);
  const rest = Object.entries(outputs ?? {}).filter((entry) => !isSaid(entry));
  return { inputs: type === 'start' ? null : inputs, outputs: Object.fromEntries(rest) };
}

const isEmpty = (value: Json) => value === null || value === '' || (Array.isArray(value) && value.length === 0);

function tokens({ totalTokens, promptTokens, completionTokens, isEstimated }: Usage): string {
  return `${isEstimated ? 'about ' : ''}${totalTokens} (${promptTokens} in, ${completionTokens} out)`;
}

function cost({ totalPrice, currency, isPricePartial, isEstimated }: Usage): string {
  if (totalPrice === null) return 'unknown, as the price of the model is';
  return `${isPricePartial ? 'at least ' : isEstimated ? 'about ' : ''}${totalPrice} ${currency}`;
}

function tokenCount({ totalTokens, isEstimated }: Usage): string {
  return `${isEstimated ? 'about ' : ''}${count(totalTokens, 'token')}`;
}
