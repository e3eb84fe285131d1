import { defineErrors, isTenonError, jsonSizeBytes, type Json } from '@tenon/base';
import { RUN_ENDED, type PerformCall, type PerformReply } from '@tenon/contract';
import { cancelAttempt, closeAttempt, dropAttempt, openAttempt, type OpenedAttempt } from '@tenon/database';
import { lookupIn, type StepResult } from '@tenon/engine';
import { failureOf, stepActivities, thrownResult, type StepCall, type StepRecord } from '@tenon/nodes/activities';
import { inlineFunctions } from '@tenon/nodes/inline';
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { setTimeout } from 'node:timers/promises';
import type { ActivityParts } from './parts.js';
import { Discretion } from './discretion.js';
import type { Turn } from './quarantine.js';
import { LiveText } from './live-text.js';
import { measuredPorts } from './measured-ports.js';
import { largeBytesOf, openInputs, storeLargeValues } from './values.js';
import { GivenAway } from './wakefulness.js';

/** Failures of performing a step, whatever it does. */
export const stepErrors = defineErrors('step', {
  timedOut: 'unavailable',
  keptDying: 'internal',
  unknownFunction: 'internal',
  isTooLong: 'limited',
});

/** A pure function that was too slow for the sandbox may take this many steps here. */
const OUTSIDE_FUEL = 5_000_000;
const BEAT_MS = 1_000;
/** How long work that is told to end may take to hand over what it has. */
const HANDOVER_MS = 1_000;
/** A large value that is read is there as bytes, as text, as a value, and in what is made of it. */
const COPIES_OF_INPUT = 4;
/** Between two tries to tell the database something. */
const TELL_AGAIN_MS = 250;
/** A database that is away for longer may find an execution open that was given up. */
const FORGET_MS = 600_000;

/**
 * Performs one effect. A result that is recorded already is returned instead of doing the work again; a failure is
 * data; what is thrown makes Temporal execute again.
 */
export async function performStep(call: PerformCall, parts: ActivityParts): Promise<PerformReply> {
  return new Execution(call, parts, Context.current()).run();
}

const ignore = () => undefined;

class Execution {
  private readonly memory;
  private readonly begunAt: number;
  private execution: number | undefined;
  private turn: Turn | undefined;
  private readonly ended = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];
  private record: StepRecord = {};
  private discretion = new Discretion();
  /** Something has come of it: text that people may have seen, or a result. */
  private isWorth = false;

  constructor(
    private readonly call: PerformCall,
    private readonly parts: ActivityParts,
    private readonly context: Context,
  ) {
    this.memory = parts.memory.enter();
    const { signal } = this.ended;
    signal.addEventListener('abort', () => this.memory.stop(signal.reason as Error));
    this.begunAt = parts.wakefulness.begin();
  }

  async run(): Promise<PerformReply> {
    this.startTimers();
    try {
      const execution = await this.numberOf(await this.openInTurn());
      this.startLimit();
      const live = new LiveText(this.parts.feed, { ...this.key, execution });
      const outcome = await this.perform(live);
      this.isWorth ||= outcome !== 'too long';
      await live.flush();
      if (outcome === 'cancelled') return await this.cancel(execution);
      if (outcome === 'too long') {
        await dropAttempt(this.parts.database, this.key, execution);
        return { isTooLong: true };
      }
      return this.replyWith(await this.close(execution, outcome));
    } catch (error) {
      if (error instanceof KnownResult) return this.replyWith(error.result);
      if (isTooLong(error)) return { isTooLong: true };
      if (!this.isWorth && isTriedAgain(error)) await this.forget();
      throw error;
    } finally {
      this.timers.forEach(clearTimeout);
      this.memory.leave();
      this.turn?.leave();
    }
  }

  /** A step that was lost again and again waits for its turn; where it may not wait, it is left to a long activity. */
  private async openInTurn(): Promise<OpenedAttempt> {
    const opened = await this.open(false);
    if (!('mustWait' in opened)) return opened;
    if (this.call.localLimitMs !== undefined) throw stepErrors.isTooLong('It has to wait for its turn.');
    this.turn = this.parts.quarantine.enter();
    await this.turn.come(this.ended.signal);
    return this.open(true);
  }

  private async open(isItsTurn: boolean): Promise<OpenedAttempt> {
    const { call, parts, key } = this;
    const { inputs, events, run } = call;
    const opened = await openAttempt(parts.database, key, { workerId: parts.workerId, inputs, events, isItsTurn });
    if ('execution' in opened) this.execution = opened.execution;
    if (events.length > 0) parts.bell.ring(run.runId);
    return opened;
  }

  /** A result that is too large for a local activity is recorded, so the long one that follows finds it. */
  private replyWith(result: StepResult): PerformReply {
    const limit = this.call.localReplyBytes ?? Infinity;
    return jsonSizeBytes(result as unknown as Json) > limit ? { isTooLong: true } : { isTooLong: false, result };
  }

  /** The execution's number; throws when there is no need for the work. */
  private async numberOf(opened: OpenedAttempt): Promise<number> {
    if ('recorded' in opened) throw new KnownResult(opened.recorded);
    if ('isTooLate' in opened)
      throw ApplicationFailure.create({ type: RUN_ENDED, nonRetryable: true, category: 'BENIGN' });
    if ('mustWait' in opened) throw new Error('an attempt was not opened in its turn');
    if (opened.isDeadly) {
      const error = stepErrors.keptDying('The step was lost with its worker again and again; it is not tried again.');
      throw new KnownResult(await this.close(opened.execution, { ok: false, failure: failureOf(error) }));
    }
    return opened.execution;
  }

  private startTimers(): void {
    this.context.cancellationSignal.addEventListener('abort', () =>
      this.ended.abort(new CancelledFailure('cancelled')),
    );
    if (this.context.cancellationSignal.aborted) this.ended.abort(new CancelledFailure('cancelled'));
    if (this.call.localLimitMs === undefined) this.timers.push(setInterval(() => this.context.heartbeat(), BEAT_MS));
  }

  /** The time that the work may take begins. */
  private startLimit(): void {
    const { instruction, localLimitMs } = this.call;
    const limitMs = instruction.kind === 'activity' ? instruction.timeoutMs : undefined;
    if (limitMs !== undefined && (localLimitMs === undefined || limitMs <= localLimitMs))
      this.after(limitMs, () => stepErrors.timedOut(`The step took longer than ${limitMs} ms, its limit.`));
    else if (localLimitMs !== undefined)
      this.after(localLimitMs, () => stepErrors.isTooLong(`more than ${localLimitMs} ms`));
  }

  private after(delayMs: number, reason: () => Error): void {
    this.timers.push(globalThis.setTimeout(() => this.ended.abort(reason()), delayMs));
  }

  /** The work itself: a result, or why there is none. */
  private async perform(live: LiveText): Promise<StepResult | 'cancelled' | 'too long'> {
    const work = this.callFunction(live);
    try {
      const called = await Promise.race([work, rejectWhenAborted(this.ended.signal)]);
      const result = called.ok ? called : this.discretion.failure(called);
      const outputs = result.outputs;
      if (!outputs) return result;
      return { ...result, outputs: await storeLargeValues(this.call.run.teamId, outputs, this.parts.ports.objects) };
    } catch (thrown) {
      const error: unknown = this.ended.signal.aborted ? this.ended.signal.reason : thrown;
      if (error instanceof KnownResult) throw error;
      if (isTooLong(error)) return 'too long';
      if (isTriedAgain(error)) throw error;
      // nothing is kept of what is done again; of this, what came so far
      await settled(work, HANDOVER_MS);
      if (error instanceof CancelledFailure) return 'cancelled';
      return this.discretion.failure(thrownResult(error, this.record.usage));
    }
  }

  private async callFunction(live: LiveText): Promise<StepResult> {
    const { call, parts } = this;
    const { run, instruction } = call;
    await this.memory.take(COPIES_OF_INPUT * largeBytesOf(call.inputs));
    const opened = await openInputs(run.teamId, call.inputs, { objects: parts.ports.objects, secrets: parts.secrets });
    this.discretion = new Discretion(opened.secrets);
    const lookup = lookupIn(opened.inputs);
    if (instruction.kind === 'inline') {
      const inlineFunction = inlineFunctions[instruction.run];
      if (!inlineFunction) throw stepErrors.unknownFunction(`This worker has no function ${instruction.run}.`);
      return inlineFunction(instruction.config as never, lookup, OUTSIDE_FUEL);
    }
    const stepActivity = stepActivities[instruction.run];
    if (!stepActivity) throw stepErrors.unknownFunction(`This worker has no function ${instruction.run}.`);
    const stepCall: StepCall<Json> = {
      config: instruction.config,
      lookup,
      teamId: run.teamId,
      runId: run.runId,
      stepKey: call.stepKey,
      attempt: call.attempt,
      ...(run.conversationId && { conversationId: run.conversationId }),
      idempotencyKey: `${run.runId}/${call.stepKey}`,
      timeoutMs: instruction.timeoutMs,
      signal: this.ended.signal,
      secrets: opened.secrets,
      emit: (channel, text) => {
        this.isWorth = true;
        live.emit(channel, this.discretion.text(text));
      },
      record: (what) => void (this.record = { ...this.record, ...what }),
    };
    const ports = measuredPorts(parts.ports, (bytes) => this.memory.take(bytes));
    parts.wakefulness.check(this.begunAt);
    return stepActivity(stepCall as never, this.discretion.ports(ports));
  }

  /** Records the result. It cost something, so a database that is away is waited for as long as this execution may live. */
  private async close(execution: number, result: StepResult): Promise<StepResult> {
    const record = this.discretion.record(this.record);
    return whenThere(
      () => closeAttempt(this.parts.database, this.key, execution, result, record),
      () => this.context.cancellationSignal.aborted,
    );
  }

  /**
   * The step could not be tried: that is neither its failure nor the loss of its worker, and Temporal repeats it. What
   * happened is told soon, whether or not the database takes this by then.
   */
  private async forget(): Promise<void> {
    const { execution } = this;
    if (execution === undefined) return;
    const end = performance.now() + FORGET_MS;
    const dropping = whenThere(
      () => dropAttempt(this.parts.database, this.key, execution),
      () => performance.now() > end,
    );
    await settled(dropping, HANDOVER_MS);
  }

  private async cancel(execution: number): Promise<never> {
    const { message } = this.context.cancellationSignal.reason as Error;
    const outcome = message === 'WORKER_SHUTDOWN' ? 'workerStopped' : 'cancelled';
    const { usage } = this.record;
    const record = { ...this.discretion.record(this.record), ...(usage && { usage }) };
    await cancelAttempt(this.parts.database, this.key, execution, record, outcome);
    throw new CancelledFailure('the step was cancelled');
  }

  private get key() {
    return { ...this.call.run, stepKey: this.call.stepKey, attempt: this.call.attempt };
  }
}

/** The work is superfluous: its result is known. */
class KnownResult extends Error {
  constructor(readonly result: StepResult) {
    super('the result is known');
  }
}

function isTooLong(error: unknown): boolean {
  return isTenonError(error) && error.code === 'step.isTooLong';
}

/** Nothing has come of the execution, and another will do. */
function isTriedAgain(error: unknown): boolean {
  return isDatabaseTrouble(error) || error instanceof GivenAway;
}

/** Nothing that the step or its author can do anything about. */
function isDatabaseTrouble(error: unknown): boolean {
  return isTenonError(error) && error.code.startsWith('database.');
}

/** Tells the database something once it is there, however long that takes. @param isOver  whether it is of no use any more */
async function whenThere<T>(tell: () => Promise<T>, isOver: () => boolean): Promise<T> {
  for (;;) {
    try {
      return await tell();
    } catch (error) {
      if (!isDatabaseTrouble(error) || isOver()) throw error;
      await setTimeout(TELL_AGAIN_MS, undefined, { ref: false });
    }
  }
}

/** Waits until work has ended, however it does, but no longer than `limitMs`. */
async function settled(work: Promise<unknown>, limitMs: number): Promise<void> {
  const patience = new AbortController();
  const limit = setTimeout(limitMs, undefined, { signal: patience.signal });
  await Promise.race([work, limit]).catch(ignore);
  patience.abort();
  await limit.catch(ignore);
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
