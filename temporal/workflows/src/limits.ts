import { isTenonError, jsonSizeBytes, VALUE_LIMIT_BYTES, type Json } from '@tenon/base';
import { lookupIn, type InlineFunction, type Inputs, type StepResult } from '@tenon/engine';

/** Bytes that one activation may schedule; the server refuses twice that, and then the run is dead. */
const ACTIVATION_LIMIT_BYTES = 2 * 1024 * 1024;
/** Bytes that one call may carry. */
const CALL_LIMIT_BYTES = 1_500_000;
/** Steps of an expression or template that one inline step may take. */
const INLINE_FUEL = 50_000;

/** Holds back what does not fit into the activation at hand until the next. */
export class Admission {
  private used = 0;
  private tail: Promise<void> | undefined;

  /** @param nextActivation resolves in a later activation */
  constructor(private readonly nextActivation: () => Promise<void>) {}

  /** Undefined when `bytes` may be scheduled now, else a promise of when. First come, first served. */
  admit(bytes: number): Promise<void> | undefined {
    if (!this.tail && (this.used === 0 || this.used + bytes <= ACTIVATION_LIMIT_BYTES)) {
      this.used += bytes;
      return undefined;
    }
    const mine = (this.tail ?? Promise.resolve()).then(async () => {
      if (this.used > 0 && this.used + bytes > ACTIVATION_LIMIT_BYTES) {
        await this.nextActivation();
        this.used = 0;
      }
      this.used += bytes;
      if (this.tail === mine) this.tail = undefined;
    });
    this.tail = mine;
    return mine;
  }

  /** A new activation has begun. */
  reset(): void {
    if (!this.tail) this.used = 0;
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
    if (isTenonError(error) && error.code === 'step.outOfFuel') return undefined;
    throw error;
  }
}

/** The failure of a step whose inputs are too large for one call; undefined when they fit. */
export function refusalOfSize(bytes: number): StepResult | undefined {
  if (bytes <= CALL_LIMIT_BYTES) return undefined;
  const message = `The step reads ${bytes} bytes of values at once; at most ${CALL_LIMIT_BYTES} fit. Read fewer or smaller values.`;
  return { ok: false, failure: { code: 'step.inputsTooLarge', type: 'InputsTooLargeError', message } };
}
