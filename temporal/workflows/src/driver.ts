import type { CarriedRun, RunInput, RunResult } from '@tenon/contract';
import {
  advance,
  start,
  type EffectKey,
  type Message,
  type Plan,
  type RunEvent,
  type RunOutcome,
  type RunState,
  type Turn,
} from '@tenon/engine';
import { inlineFunctions } from '@tenon/nodes/inline';
import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import { carriedRun, effectsOf, nextInput, type Waiting } from './carry-over.js';
import { EVENTS_OF, HistoryBudget } from './history-budget.js';
import { runWithinLimits } from './limits.js';
import { OutsideCalls } from './outside-calls.js';
import { Recorder } from './recorder.js';
import { isOfEndedRun, local, now, record } from './runtime.js';

/** Pure steps in one activation; each may use all of its fuel. */
const MAX_PURE_STEPS = 50;

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
  private readonly calls: OutsideCalls;
  /** Pure steps that wait for their turn, so that no activation takes long however many there are. */
  private readonly pure: Waiting[] = [];
  /** When open timers are due. */
  private readonly timers = new Map<EffectKey, number>();
  private pureSteps = 0;
  private fault: unknown;

  constructor(
    private readonly run: GivenRun,
    private readonly inbox: Message[],
  ) {
    const { recorder, budget } = this;
    this.calls = new OutsideCalls(run.input, { recorder, budget, sleep: (delayMs) => this.sleep(delayMs) });
  }

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
        turn = { state, effects: this.budget.isSpent ? [] : this.calls.kept.splice(0), events: [] };
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
    const waiting = [...this.calls.kept, ...this.pure];
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
      else if (this.budget.isSpent) this.calls.kept.push(effect);
      else this.inScope(effect.key, () => this.calls.perform(effect));
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
    this.inScope(key, () => this.calls.perform(effect));
    return undefined;
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
          if (isOfEndedRun(error))
            this.inbox.push({ type: 'cancel.requested', at: now(), reason: 'the run has ended' });
          // an activity answers failures as data and is repeated after a loss, so anything else is our bug
          else if (!isCancellation(error)) this.fault = error;
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
