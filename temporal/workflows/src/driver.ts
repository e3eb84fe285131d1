import { jsonSizeBytes } from '@tenon/base';
import type { PerformCall, RunInput, RunResult } from '@tenon/contract';
import {
  advance,
  start,
  type Effect,
  type EffectKey,
  type Message,
  type Plan,
  type RunEvent,
  type StepResult,
  type Turn,
} from '@tenon/engine';
import { inlineFunctions } from '@tenon/nodes/inline';
import { CancellationScope, condition, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import { refusalOfSize, runWithinLimits, TaskLimits } from './limits.js';
import { Recorder } from './recorder.js';
import { local, longActivity, now, record } from './runtime.js';

type Perform = Extract<Effect, { type: 'perform' }>;

/** A short step is tried for this long as a local activity before it becomes a long one, in milliseconds. */
const LOCAL_LIMIT_MS = 3_000;
/** Bytes that the reply of a local activity may have: those of one task travel to the server in one message. */
const LOCAL_REPLY_BYTES = 16 * 1024;
/** Pure steps in one activation; each may use all of its fuel. */
const MAX_PURE_STEPS = 50;
/** Long activities that may be open at once; the server refuses twice that, for ever. */
const MAX_OPEN_CALLS = 1_000;
/** What a pure function may take when it is too big or too slow for the sandbox, in milliseconds. */
const PURE_LIMIT_MS = 30_000;

/**
 * Drives one run: performs what the engine asks for, tells it what happened, and gets its events written. Decides
 * nothing. Ends when the engine has an outcome and every event is written.
 */
export class Driver {
  private readonly recorder = new Recorder();
  private readonly scopes = new Map<EffectKey, CancellationScope>();
  /** Steps whose inputs and outputs stand in their attempts, so that their events need not carry them. */
  private readonly performedOutside = new Set<string>();
  private readonly limits = new TaskLimits({
    task: () => workflowInfo().historyLength,
    nextTask: () => sleep(1),
  });
  /** Pure steps that wait for their turn, so that no activation takes long however many there are. */
  private readonly pure: Perform[] = [];
  private pureSteps = 0;
  private openCalls = 0;
  private fault: unknown;

  constructor(
    private readonly input: RunInput,
    private readonly plan: Plan,
    private readonly inbox: Message[],
  ) {}

  async drive(): Promise<RunResult> {
    let turn: Turn = start(this.plan, { ...this.input.start, at: now() });
    for (;;) {
      this.perform(turn);
      if (turn.state.outcome) break;
      // what is at hand needs no promise
      turn = advance(this.plan, turn.state, this.readyMessage() ?? (await this.nextMessage()));
    }
    this.recorder.recall();
    this.write();
    return { status: turn.state.outcome.status };
  }

  /** What has come, else what a pure step comes to; none when the activation has done enough or all wait. */
  private readyMessage(): Message | undefined {
    let message = this.inbox.shift();
    while (!message && this.pure.length > 0 && this.pureSteps < MAX_PURE_STEPS) {
      this.pureSteps += 1;
      message = this.performInline(this.pure.shift() as Perform);
    }
    return message;
  }

  private async nextMessage(): Promise<Message> {
    for (;;) {
      if (this.pure.length > 0) await this.pause();
      else {
        this.write();
        await condition(() => this.inbox.length > 0 || this.fault !== undefined);
        this.pureSteps = 0;
        // a plain error fails the workflow task, not the run: it waits for a worker that has the bug mended
        if (this.fault !== undefined) throw new Error('performing a step threw', { cause: this.fault });
      }
      const message = this.readyMessage();
      if (message) return message;
    }
  }

  private perform({ effects, events }: Turn): void {
    for (const effect of effects)
      if (effect.type === 'perform' && !this.isInline(effect)) this.performedOutside.add(effect.stepKey);
    this.recorder.push(events.map((event) => this.slim(event)));
    for (const effect of effects) {
      if (effect.type === 'cancel') this.scopes.get(effect.key)?.cancel();
      else if (effect.type === 'startTimer') this.inScope(effect.key, () => this.timer(effect.key, effect.delayMs));
      else if (this.isInline(effect)) this.pure.push(effect);
      else this.inScope(effect.key, () => this.performOutside(effect));
    }
  }

  private isInline({ instruction, outside }: Perform): boolean {
    return instruction.kind === 'inline' && !outside;
  }

  /** A pure step, here and now: no event of history. One that is too big or too slow for that goes outside. */
  private performInline(effect: Perform): Message | undefined {
    const { instruction, inputs, key } = effect;
    const inlineFunction = inlineFunctions[instruction.run];
    if (!inlineFunction) throw new Error(`no inline function ${instruction.run}: this worker is older than the plan`);
    const result = runWithinLimits(inlineFunction, instruction.config, inputs);
    if (result) return { type: 'step.finished', at: now(), key, result };
    this.performedOutside.add(effect.stepKey);
    this.inScope(key, () => this.performOutside(effect));
    return undefined;
  }

  private async performOutside({ key, stepKey, attempt, instruction, inputs }: Perform): Promise<Message> {
    const bytes = jsonSizeBytes(inputs) + jsonSizeBytes(instruction.config);
    const refusal = refusalOfSize(bytes);
    if (refusal) return { type: 'step.finished', at: now(), key, result: refusal };
    const result = await this.callPerformStep({
      ...{ run: this.input.run, key, stepKey, attempt, instruction, inputs },
      ...(this.input.isRestart && { mayBeRecorded: true }),
    });
    return { type: 'step.finished', at: now(), key, result };
  }

  private async callPerformStep(call: Omit<PerformCall, 'events'>): Promise<StepResult> {
    const { instruction } = call;
    if (instruction.kind === 'activity' && instruction.weight === 'long') return this.callLong(call);
    const turn = this.limits.admit(LOCAL_REPLY_BYTES);
    if (turn) await turn;
    const batch = this.recorder.take();
    const limits = { localLimitMs: LOCAL_LIMIT_MS, localReplyBytes: LOCAL_REPLY_BYTES };
    const reply = await local.performStep({ ...call, ...limits, events: batch.events });
    this.recorder.acknowledge(batch);
    return reply.isTooLong ? this.callLong({ ...call, mayBeRecorded: true }) : reply.result;
  }

  private async callLong(call: Omit<PerformCall, 'events'>): Promise<StepResult> {
    const { instruction, inputs } = call;
    while (this.openCalls >= MAX_OPEN_CALLS) await condition(() => this.openCalls < MAX_OPEN_CALLS);
    this.openCalls += 1;
    try {
      const turn = this.limits.admit(jsonSizeBytes(inputs) + jsonSizeBytes(instruction.config));
      if (turn) await turn;
      const batch = this.recorder.take();
      const limitMs = instruction.kind === 'activity' ? instruction.timeoutMs : PURE_LIMIT_MS;
      const reply = await longActivity(call.key, limitMs).performStep({ ...call, events: batch.events });
      this.recorder.acknowledge(batch);
      if (reply.isTooLong) throw new Error('a long activity answered that it is too long');
      return reply.result;
    } finally {
      this.openCalls -= 1;
    }
  }

  private async timer(key: EffectKey, delayMs: number): Promise<Message> {
    await sleep(delayMs);
    return { type: 'timer.fired', at: now(), key };
  }

  /** Starts work that can be cancelled by its key; its answer goes to the inbox, a cancelled one has none. */
  private inScope(key: EffectKey, work: () => Promise<Message>): void {
    const scope = new CancellationScope({ cancellable: true });
    this.scopes.set(key, scope);
    void scope
      .run(work)
      .then(
        (message) => void this.inbox.push(message),
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
      record.write(this.input.run, batch.events);
      this.recorder.acknowledge(batch);
    }
  }

  /** Ends the activation: the sandbox takes one that lasts seconds for hung. */
  private async pause(): Promise<void> {
    this.write();
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
