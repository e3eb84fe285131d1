import assert from 'node:assert';
import { advance, start } from '../advance.js';
import type { Effect } from '../effect.js';
import type { RunEvent, RunOutcome } from '../event.js';
import type { EffectKey, Message } from '../message.js';
import type { Plan } from '../plan.js';
import { indexPlan } from '../plan-index.js';
import { lookupIn } from '../reference.js';
import { openReply, replyToChunk, replyToEvent, type ReplyTurn } from '../reply.js';
import type { Reply, ReplyPiece } from '../reply-state.js';
import type { StartInput } from '../start-input.js';
import type { RunLimits, RunState } from '../state.js';
import type { InlineFunction, StepResult } from '../step-result.js';
import type { Turn } from '../turn.js';
import { drawnFunctions, type Perform, type PerformFunction, type Performer } from './performers.js';

// more than any test needs, so that only a function that never ends runs out
const FUEL = 1_000_000;

const LIMITS: RunLimits = { maxSteps: 10_000, maxDurationMs: 24 * 3600 * 1000, boundsWaits: true };

/** Performers by step id, else by node type. Steps with none are computed by the inline functions. */
export type Performers = Readonly<Record<string, Performer>>;

export interface MemoryOptions extends Partial<Omit<StartInput, 'at'>> {
  /** Functions of node types, by `type@version`. */
  readonly inline?: Readonly<Record<string, InlineFunction>>;
  /** Asks the run to stop right after the first event for which `when` holds. */
  readonly cancel?: { readonly when: (event: RunEvent) => boolean; readonly reason: string };
  /** Leaves out the checks of every turn, whose cost grows with the run. */
  readonly isLarge?: boolean;
}

/** A run that is over, or in which nothing can happen any more. */
export interface MemoryRun {
  readonly events: readonly RunEvent[];
  readonly effects: readonly Effect[];
  /** What the run was told, in order. */
  readonly messages: readonly Message[];
  readonly input: StartInput;
  readonly state: RunState;
  /** Undefined when the run waits for what never comes. */
  readonly outcome: RunOutcome | undefined;
  /** The `step.started` events of a step. */
  started(stepKey: string): readonly RunEvent[];
  skipped(stepKey: string): boolean;
  /** What may be shown, in order. */
  readonly pieces: readonly ReplyPiece[];
  /** The text that is shown in the end; large values by their key in braces. */
  readonly said: string;
  /**
   * Events and pieces in order and in short: `if started`, `if succeeded`, `a skipped`, `llm says "hi"`,
   * `llm thinks "hm"`, `llm takes back 2`, …, `run finished`.
   */
  story(): readonly string[];
}

/**
 * Runs a plan to its end without the world: the driver's loop over performers and a clock that jumps. Everything
 * happens in the order of the simulated times, so that a test chooses who is first by how long each takes (one
 * millisecond for each piece of text and for the result, unless told). After each turn it checks that the same turn
 * comes out again, that the state survives JSON, and that a second answer changes nothing; and it goes on with the
 * state that went through JSON.
 * @throws when a performer is asynchronous: then use `runInMemoryAsync`
 */
export function runInMemory(plan: Plan, performers: Performers = {}, options: MemoryOptions = {}): MemoryRun {
  const driver = new MemoryDriver(plan, performers, options);
  for (let turn: Turn | undefined = driver.start(); turn; turn = driver.next()) {
    for (const effect of driver.take(turn)) {
      const script = driver.play(effect);
      if (script instanceof Promise) throw new Error(`The performer of ${effect.stepKey} is asynchronous.`);
      driver.schedule(effect, script);
    }
  }
  return driver.run();
}

/** The same with performers that may be asynchronous; each is waited for before its simulated time begins. */
export async function runInMemoryAsync(
  plan: Plan,
  performers: Performers = {},
  options: MemoryOptions = {},
): Promise<MemoryRun> {
  const driver = new MemoryDriver(plan, performers, options);
  for (let turn: Turn | undefined = driver.start(); turn; turn = driver.next()) {
    for (const effect of driver.take(turn)) driver.schedule(effect, await driver.play(effect));
  }
  return driver.run();
}

interface Text {
  readonly channel: string;
  readonly text: string;
}

/** What a performer did, before it is spread over time. */
interface Script {
  readonly texts: readonly Text[];
  readonly result: StepResult | undefined;
  readonly lastsMs: number;
}

interface Scheduled {
  readonly dueMs: number;
  readonly key: EffectKey;
  readonly happen: () => Message | void;
}

class MemoryDriver {
  private nowMs = 0;
  private scheduled: Scheduled[] = [];
  private state: RunState | undefined;
  private reply: Reply;
  private readonly pieces: ReplyPiece[] = [];
  private readonly timeline: (RunEvent | ReplyPiece)[] = [];
  private isCancelled = false;
  private readonly events: RunEvent[] = [];
  private readonly effects: Effect[] = [];
  private readonly messages: Message[] = [];
  private readonly input: StartInput;

  constructor(
    private readonly plan: Plan,
    private readonly performers: Performers,
    private readonly options: MemoryOptions,
  ) {
    const { inline: _inline, cancel: _cancel, isLarge: _isLarge, ...given } = options;
    this.input = { inputs: {}, system: {}, conversation: {}, limits: LIMITS, ...given, at: 0 };
    this.reply = openReply(plan);
  }

  start(): Turn {
    const { input } = this;
    const turn = start(this.plan, input);
    if (!this.options.isLarge) assert.deepStrictEqual(start(this.plan, input), turn);
    return turn;
  }

  /** Notes what a turn says and gives back what is to be performed. */
  take(turn: Turn): Perform[] {
    this.state = this.options.isLarge ? turn.state : restored(turn.state);
    for (const event of turn.events) {
      this.show(replyToEvent(this.plan, this.reply, event));
      this.events.push(event);
      this.timeline.push(event);
      if (this.options.cancel?.when(event) && !this.isCancelled) {
        this.isCancelled = true;
        const { reason } = this.options.cancel;
        this.add('', 0, () => ({ type: 'cancel.requested', at: this.nowMs, reason }));
      }
    }
    const performs: Perform[] = [];
    for (const effect of turn.effects) {
      this.effects.push(effect);
      if (effect.type === 'perform') performs.push(effect);
      else if (effect.type === 'startTimer') this.addTimer(effect.key, effect.delayMs);
      else this.scheduled = this.scheduled.filter(({ key }) => key !== effect.key);
    }
    return performs;
  }

  /** Lets a performer do its work; its time has not passed yet. */
  play(effect: Perform): Script | Promise<Script> {
    const { perform, lastsMs } = this.performerOf(effect);
    const texts: Text[] = [];
    const result = perform(effect, (channel, text) => texts.push({ channel, text }));
    const toScript = (final: StepResult | undefined) => ({
      texts,
      result: final,
      lastsMs: lastsMs ?? texts.length + 1,
    });
    return result instanceof Promise ? result.then(toScript) : toScript(result);
  }

  schedule({ key, stepKey, attempt }: Perform, { texts, result, lastsMs }: Script): void {
    const offsets = new Map<string, number>();
    texts.forEach(({ channel, text }, i) => {
      const offset = offsets.get(channel) ?? 0;
      offsets.set(channel, offset + text.length);
      const piece = { stepKey, attempt, execution: 1, channel, offset, text };
      this.add(key, (lastsMs * (i + 1)) / (texts.length + 1), () =>
        this.show(replyToChunk(this.plan, this.reply, piece)),
      );
    });
    if (result) this.add(key, lastsMs, () => ({ type: 'step.finished', at: this.nowMs, key, result }));
  }

  /** Lets time go on until a message has been taken in; undefined when nothing is left to happen. */
  next(): Turn | undefined {
    while (this.scheduled.length > 0) {
      const dueMs = Math.min(...this.scheduled.map((item) => item.dueMs));
      const index = this.scheduled.findIndex((item) => item.dueMs === dueMs);
      const [item] = this.scheduled.splice(index, 1) as [Scheduled];
      this.nowMs = item.dueMs;
      const message = item.happen();
      if (message) return this.advance(message);
    }
    return undefined;
  }

  private show({ reply, pieces }: ReplyTurn): void {
    this.reply = this.options.isLarge ? reply : restored(reply);
    this.pieces.push(...pieces);
    this.timeline.push(...pieces);
  }

  run(): MemoryRun {
    const { events, effects, messages, input, pieces, timeline } = this;
    const state = this.state as RunState;
    const of = (type: RunEvent['type'], stepKey: string) =>
      events.filter((event) => event.type === type && 'stepKey' in event && event.stepKey === stepKey);
    return {
      events,
      effects,
      messages,
      input,
      state,
      outcome: state.outcome,
      started: (stepKey) => of('step.started', stepKey),
      skipped: (stepKey) => of('step.skipped', stepKey).length > 0,
      pieces,
      said: textOf(pieces),
      story: () => timeline.map(inShort),
    };
  }

  private advance(message: Message): Turn {
    const state = this.state as RunState;
    this.messages.push(message);
    const turn = advance(this.plan, state, message);
    if (!this.options.isLarge) {
      assert.deepStrictEqual(advance(this.plan, state, message), turn, 'the same message gave another turn');
      const repeated = advance(this.plan, turn.state, message);
      assert.deepStrictEqual(repeated, { state: turn.state, effects: [], events: [] }, 'a second answer was heard');
    }
    return turn;
  }

  private addTimer(key: EffectKey, delayMs: number): void {
    this.add(key, delayMs, () => ({ type: 'timer.fired', at: this.nowMs, key }));
  }

  private add(key: EffectKey, afterMs: number, happen: () => Message | void): void {
    this.scheduled.push({ key, dueMs: this.nowMs + afterMs, happen });
  }

  private performerOf(effect: Perform): { readonly perform: PerformFunction; readonly lastsMs?: number } {
    const type = indexPlan(this.plan).get(effect.stepKey)?.step.type ?? '';
    const performer = this.performers[effect.stepKey] ?? this.performers[type];
    if (performer) return typeof performer === 'function' ? { perform: performer } : performer;
    const { instruction, inputs } = effect;
    const inline = this.options.inline?.[instruction.run] ?? drawnFunctions[instruction.run];
    if (!inline || instruction.kind !== 'inline') throw new Error(`Nothing performs ${effect.stepKey} (${type}).`);
    return { perform: () => inline(instruction.config as never, lookupIn(inputs), FUEL) };
  }
}

function restored<T>(state: T): T {
  const copy = JSON.parse(JSON.stringify(state)) as T;
  assert.deepStrictEqual(copy, state, 'the state did not survive JSON');
  return copy;
}

const textOf = (pieces: readonly ReplyPiece[]): string =>
  pieces.reduce((said, piece) => {
    if (piece.type === 'text') return said + piece.text;
    if (piece.type === 'reference') return `${said}{${piece.reference.$ref.key}}`;
    return piece.type === 'reset' && piece.of === 'text' ? said.slice(0, -piece.length) : said;
  }, '');

function inShort(item: RunEvent | ReplyPiece): string {
  switch (item.type) {
    case 'text':
      return `${item.stepKey} says ${JSON.stringify(item.text)}`;
    case 'reasoning':
      return `${item.stepKey} thinks ${JSON.stringify(item.text)}`;
    case 'reference':
      return `${item.stepKey} refers to ${item.reference.$ref.key}`;
    case 'reset':
      return `${item.stepKey} takes back ${item.length}`;
    default: {
      const [noun, verb] = item.type.split('.') as [string, string];
      return `${'stepKey' in item ? item.stepKey : noun} ${verb}`;
    }
  }
}
