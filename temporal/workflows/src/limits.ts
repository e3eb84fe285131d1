import { isTenonError, jsonSizeBytes, VALUE_LIMIT_BYTES, type Json } from '@tenon/base';
import { lookupIn, type InlineFunction, type Inputs, type StepResult } from '@tenon/engine';

/** Bytes that one workflow task may send; the server refuses twice that, and then the run is dead. */
const TASK_LIMIT_BYTES = 2 * 1024 * 1024;
/** Bytes that one call may carry. */
const CALL_LIMIT_BYTES = 1_500_000;
/** Steps of an expression or template that one inline step may take. */
const INLINE_FUEL = 50_000;

/** What a pure function says when it comes to more than has room here. */
const IS_FOR_ACTIVITY: ReadonlySet<string> = new Set(['step.outOfFuel', 'value.tooLarge']);

/** Which task of the workflow this is, and how to get to a later one. */
export interface TaskClock {
  /** A number that changes from task to task, the same on replay. */
  readonly task: () => number;
  /** Resolves in a later task. */
  readonly nextTask: () => Promise<void>;
  /** Is nothing sent any more, so that nothing has to wait? */
  readonly isOver: () => boolean;
}

/**
 * What one workflow task may do and send. What happens in several activations of one task, as after local activities,
 * goes to the server in one message.
 */
export class TaskLimits {
  private task = -1;
  private bytes = 0;
  private tail: Promise<void> | undefined;

  constructor(private readonly clock: TaskClock) {}

  /** Undefined when `bytes` may be sent now, else a promise of when; first come, first served. */
  admit(bytes: number): Promise<void> | undefined {
    if (!this.tail && this.fits(bytes)) return void (this.bytes += bytes);
    const mine = (this.tail ?? Promise.resolve()).then(async () => {
      while (!this.clock.isOver() && !this.fits(bytes)) await this.clock.nextTask();
      this.bytes += bytes;
      if (this.tail === mine) this.tail = undefined;
    });
    this.tail = mine;
    return mine;
  }

  private fits(bytes: number): boolean {
    this.look();
    return this.bytes === 0 || this.bytes + bytes <= TASK_LIMIT_BYTES;
  }

  private look(): void {
    const task = this.clock.task();
    if (task === this.task) return;
    this.task = task;
    this.bytes = 0;
  }
}

/**
 * Runs a pure function here when its inputs and outputs are small and it is quick.
 * @returns undefined when it must be performed by an activity instead
 */
export function runWithinLimits(run: InlineFunction, config: Json, inputs: Inputs): StepResult | undefined {
  if (jsonSizeBytes(inputs) > VALUE_LIMIT_BYTES) return undefined;
  try {
    const result = run(config as never, lookupIn(inputs), INLINE_FUEL);
    return jsonSizeBytes(result.outputs ?? null) > VALUE_LIMIT_BYTES ? undefined : result;
  } catch (error) {
    if (isTenonError(error) && IS_FOR_ACTIVITY.has(error.code)) return undefined;
    throw error;
  }
}

/** The failure of a step whose inputs are too large for one call; undefined when they fit. */
export function refusalOfSize(bytes: number): StepResult | undefined {
  if (bytes <= CALL_LIMIT_BYTES) return undefined;
  const message = `The step reads ${bytes} bytes of values at once; at most ${CALL_LIMIT_BYTES} fit. Read fewer or smaller values.`;
  return { ok: false, failure: { code: 'step.inputsTooLarge', type: 'InputsTooLargeError', message } };
}
