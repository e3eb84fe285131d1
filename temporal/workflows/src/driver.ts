import { jsonSizeBytes, type Json } from '@tenon/base';
import type { CarriedRun, PerformCall, PerformReply, RunInput, RunResult } from '@tenon/contract';
import {
  advance,
  start,
  type EffectKey,
  type Message,
  type Plan,
  type RunEvent,
  type RunOutcome,
  type RunState,
  type StepResult,
  type Turn,
} from '@tenon/engine';
import { inlineFunctions } from '@tenon/nodes/inline';
import { CancellationScope, condition, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import { carriedRun, effectsOf, nextInput, type Waiting } from './carry-over.js';
import { EVENTS_OF, HistoryBudget } from './history-budget.js';
import { refusalOfSize, runWithinLimits, TaskLimits } from './limits.js';
import { Recorder } from './recorder.js';
import { local, longActivity, now, record } from './runtime.js';

/** A short step is tried for this long as a local activity before it becomes a long one, in milliseconds. */
const LOCAL_LIMIT_MS = 3_000;
/** Bytes that the reply of a local activity may have: those of one task travel to the server in one message. */
const LOCAL_REPLY_BYTES = 16 * 1024;
/** Pure steps in one activation; each may use all of its fuel. */
const MAX_PURE_STEPS = 50;
/** Activities that may be open at once: when all answer as much as they may, the history still has room for it. */
const MAX_OPEN_CALLS = 400;
/** What a pure function may take when it is too big or too slow for the sandbox, in milliseconds. */
const PURE_LIMIT_MS = 30_000;

/** A run as its workflow finds it. */
export interface GivenRun {
  readonly input: RunInput;
  readonly plan: Plan;
  /** What the history before this one left; undefined in the first. */
  readonly carried: CarriedRun | undefined;
}

/**
 * Drives one run: performs what the engine asks for, tells it what happened, and gets its events written. Decides
 * nothing. Ends when the engine has an outcome and every event is written, or when the history is long: then nothing
 * new goes outside, and what is open is waited for.
 */
export class Driver {
  private readonly recorder = new Recorder();
  private readonly scopes = new Map<EffectKey, CancellationScope>();
  /** Steps whose inputs and outputs stand in their attempts, so that their events need not carry them. */
  private readonly performedOutside = new Set<string>();
  private readonly budget = new HistoryBudget();
  private readonly limits = new TaskLimits({
    task: () => workflowInfo().historyLength,
    nextTask: () => this.sleep(1),
    isOver: () => this.budget.isSpent,
  });
  /** Pure steps that wait for their turn, so that no activation takes long however many there are. */
  private readonly pure: Waiting[] = [];
  /** What is left to the next history. */
  private readonly kept: Waiting[] = [];
  /** When open timers are due. */
  private readonly timers = new Map<EffectKey, number>();
  private pureSteps = 0;
  private openCalls = 0;
  private fault: unknown;

  constructor(
    private readonly run: GivenRun,
    private readonly inbox: Message[],
  ) {}

  /** @returns how the run ended, or the input of the history in which it goes on */
  async drive(): Promise<RunResult | RunInput> {
    let turn = this.firstTurn();
    for (;;) {
      this.perform(turn);
      const { state } = turn;
      if (state.outcome) return this.end(state.outcome);
      // what is at hand needs no promise
      const message = this.readyMessage() ?? (await this.nextMessage());
      if (message) turn = advance(this.run.plan, state, message);
      else {
        const next = await this.carryOver(state);
        if (next) return next;
        turn = { state, effects: this.budget.isSpent ? [] : this.kept.splice(0), events: [] };
      }
    }
  }

  private firstTurn(): Turn {
    const { plan, input, carried } = this.run;
    if (!carried) return start(plan, { ...input.start, at: now() });
    return { state: carried.state, effects: effectsOf(plan, carried), events: [] };
  }

  private end({ status }: RunOutcome): RunResult {
    this.recorder.recall();
    this.write();
    return { status };
  }

  /** Undefined when something came meanwhile, or when the run is too large; then it is tried again much later. */
  private async carryOver(state: RunState): Promise<RunInput | undefined> {
    this.recorder.recall();
    this.write();
    // the server takes the task back that ends a history when a signal comes meanwhile, and then it may come to something
    // else than before: nothing may be written in it
    await this.sleep(1);
    if (this.inbox.length > 0) return undefined;
    const waiting = [...this.kept, ...this.pure];
    const carried = carriedRun(this.run.plan, { state, waiting, timers: this.timers });
    const next = await nextInput(this.run.input, carried);
    if (!next) this.budget.renew();
    return this.inbox.length === 0 ? next : undefined;
  }

  /** Is the history long enough, and nothing open any more but timers? */
  private get isDrained(): boolean {
    const isQuiet = this.scopes.size === this.timers.size && this.inbox.length === 0;
    return this.budget.isSpent && isQuiet && this.fault === undefined;
  }

  /** What has come, else what a pure step comes to; none when the activation has done enough or all wait. */
  private readyMessage(): Message | undefined {
    let message = this.inbox.shift();
    while (!message && !this.isDrained && this.pure.length > 0 && this.pureSteps < MAX_PURE_STEPS) {
      this.pureSteps += 1;
      message = this.performInline(this.pure.shift() as Waiting);
    }
    return message;
  }

  /** Undefined when nothing comes any more in this history. */
  private async nextMessage(): Promise<Message | undefined> {
    while (!this.isDrained) {
      if (this.pure.length > 0) await this.pause();
      else {
        this.write();
        await condition(() => this.inbox.length > 0 || this.fault !== undefined || this.isDrained);
        this.pureSteps = 0;
        // a plain error fails the workflow task, not the run: it waits for a worker that has the bug mended
        if (this.fault !== undefined) throw new Error('performing a step threw', { cause: this.fault });
      }
      const message = this.readyMessage();
      if (message) return message;
    }
    return undefined;
  }

  private perform({ effects, events }: Turn): void {
    for (const effect of effects)
      if (effect.type === 'perform' && !this.isInline(effect)) this.performedOutside.add(effect.stepKey);
    this.recorder.push(events.map((event) => this.slim(event)));
    for (const effect of effects) {
      if (effect.type === 'cancel') this.scopes.get(effect.key)?.cancel();
      else if (effect.type === 'startTimer') this.inScope(effect.key, () => this.timer(effect.key, effect.delayMs));
      else if (this.isInline(effect)) this.pure.push(effect);
      else if (this.budget.isSpent) this.kept.push(effect);
      else this.inScope(effect.key, () => this.performOutside(effect));
    }
  }

  private isInline({ instruction, outside }: Waiting): boolean {
    return instruction.kind === 'inline' && !outside;
  }

  /** A pure step, here and now: no event of history. One that is too big or too slow for that goes outside. */
  private performInline(effect: Waiting): Message | undefined {
    const { instruction, inputs, key } = effect;
    const inlineFunction = inlineFunctions[instruction.run];
    if (!inlineFunction) throw new Error(`no inline function ${instruction.run}: this worker is older than the plan`);
    const result = runWithinLimits(inlineFunction, instruction.config, inputs);
    if (result) return { type: 'step.finished', at: now(), key, result };
    this.performedOutside.add(effect.stepKey);
    this.inScope(key, () => this.performOutside(effect));
    return undefined;
  }

  /** Undefined when it is left to the next history. */
  private async performOutside(effect: Waiting): Promise<Message | undefined> {
    const { key, instruction, inputs } = effect;
    const refusal = refusalOfSize(jsonSizeBytes(inputs) + jsonSizeBytes(instruction.config));
    const result = refusal ?? (await this.callPerformStep(effect));
    return result && { type: 'step.finished', at: now(), key, result };
  }

  private async callPerformStep(effect: Waiting): Promise<StepResult | undefined> {
    const { instruction, mayBeRecorded } = effect;
    const hasRoom = () => this.openCalls < MAX_OPEN_CALLS || this.budget.isSpent;
    while (!hasRoom()) await condition(hasRoom);
    this.openCalls += 1;
    try {
      const isLong = instruction.kind === 'activity' && instruction.weight === 'long';
      // a short try of it was too long before
      return await (isLong || mayBeRecorded ? this.callLong(effect) : this.callLocal(effect));
    } finally {
      this.openCalls -= 1;
    }
  }

  private async callLocal(effect: Waiting): Promise<StepResult | undefined> {
    const turn = this.limits.admit(LOCAL_REPLY_BYTES);
    if (turn) await turn;
    if (this.budget.isSpent) return this.keep(effect);
    const batch = this.recorder.take();
    this.budget.spend(EVENTS_OF.localCall);
    const limits = { localLimitMs: LOCAL_LIMIT_MS, localReplyBytes: LOCAL_REPLY_BYTES };
    const reply = await local.performStep({ ...this.callOf(effect), ...limits, events: batch.events });
    this.recorder.acknowledge(batch);
    return reply.isTooLong ? this.callLong({ ...effect, mayBeRecorded: true }) : this.resultOf(reply);
  }

  private async callLong(effect: Waiting): Promise<StepResult | undefined> {
    const { instruction, inputs, key } = effect;
    const bytes = jsonSizeBytes(inputs) + jsonSizeBytes(instruction.config);
    const turn = this.limits.admit(bytes);
    if (turn) await turn;
    if (this.budget.isSpent) return this.keep(effect);
    const batch = this.recorder.take();
    this.budget.spend(EVENTS_OF.call, bytes + batch.sizeBytes);
    const limitMs = instruction.kind === 'activity' ? instruction.timeoutMs : PURE_LIMIT_MS;
    const reply = await longActivity(key, limitMs).performStep({ ...this.callOf(effect), events: batch.events });
    this.recorder.acknowledge(batch);
    if (reply.isTooLong) throw new Error('a long activity answered that it is too long');
    return this.resultOf(reply);
  }

  private keep(effect: Waiting): undefined {
    this.kept.push(effect);
  }

  private callOf({ key, stepKey, attempt, instruction, inputs, mayBeRecorded }: Waiting): Omit<PerformCall, 'events'> {
    const { run, isRestart } = this.run.input;
    const call = { run, key, stepKey, attempt, instruction, inputs };
    return isRestart || mayBeRecorded ? { ...call, mayBeRecorded: true } : call;
  }

  private resultOf({ result }: Extract<PerformReply, { isTooLong: false }>): StepResult {
    this.budget.spend(0, jsonSizeBytes(result as unknown as Json));
    return result;
  }

  private async timer(key: EffectKey, delayMs: number): Promise<Message> {
    this.timers.set(key, now() + delayMs);
    try {
      await this.sleep(delayMs);
      return { type: 'timer.fired', at: now(), key };
    } finally {
      this.timers.delete(key);
    }
  }

  private async sleep(delayMs: number): Promise<void> {
    this.budget.spend(EVENTS_OF.timer);
    await sleep(delayMs);
  }

  /** Starts work that can be cancelled by its key; its answer goes to the inbox, what is cancelled or kept has none. */
  private inScope(key: EffectKey, work: () => Promise<Message | undefined>): void {
    const scope = new CancellationScope({ cancellable: true });
    this.scopes.set(key, scope);
    void scope
      .run(work)
      .then(
        (message) => {
          if (message) this.inbox.push(message);
        },
        (error: unknown) => {
          // an activity answers failures as data and is repeated after a loss, so anything else is our bug
          if (!isCancellation(error)) this.fault = error;
        },
      )
      .finally(() => this.scopes.delete(key));
  }

  /** Writes what waits for a carrier. It is written before this task is completed. */
  private write(): void {
    while (this.recorder.isBehind) {
      const batch = this.recorder.take();
      record.write(this.run.input.run, batch.events);
      this.recorder.acknowledge(batch);
    }
  }

  /** Ends the activation: the sandbox takes one that lasts seconds for hung. */
  private async pause(): Promise<void> {
    this.write();
    this.budget.spend(EVENTS_OF.localCall);
    await local.pause();
    this.pureSteps = 0;
  }

  private slim(event: RunEvent): RunEvent {
    if (!('stepKey' in event) || !this.performedOutside.has(event.stepKey)) return event;
    if (event.type === 'step.started') return omit(event, 'inputs');
    if (event.type === 'step.succeeded' || event.type === 'step.failed') return omit(event, 'outputs');
    return event;
  }
}

function omit<T extends object>(event: T, field: 'inputs' | 'outputs'): T {
  const { [field as keyof T]: _left, ...rest } = event;
  return rest as T;
}
