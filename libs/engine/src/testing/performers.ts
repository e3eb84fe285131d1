import type { Effect } from '../effect.js';
import type { Failure, InlineFunction, Lookup, StepResult, Usage } from '../step-result.js';
import { fillTemplate } from '../template.js';
import { toMarkdown } from '../text-form.js';
import type { Outputs, Value } from '../value.js';

export type Perform = Extract<Effect, { readonly type: 'perform' }>;

/** Hands over a piece of live text of an output. */
export type Emit = (channel: string, text: string) => void;

/** Stands for the world in a test: what performing an effect comes to. `undefined`: nothing is ever heard of it. */
export type PerformFunction = (effect: Perform, emit: Emit) => StepResult | undefined | Promise<StepResult | undefined>;

/** A performer with the time it takes, in milliseconds; what it emits is spread evenly over that time. */
export interface TimedPerformer {
  readonly perform: PerformFunction;
  readonly lastsMs: number;
}

export type Performer = PerformFunction | TimedPerformer;

/** Succeeds with these outputs. */
export const returns =
  (outputs: Outputs, usage?: Usage): PerformFunction =>
  () => ({ ok: true, outputs, ...(usage && { usage }) });

/** Succeeds by this exit. */
export const takes =
  (exit: string, outputs: Outputs = {}): PerformFunction =>
  () => ({ ok: true, outputs, exit });

/** Emits the pieces as live text of the output `text` and succeeds with the whole. */
export const streams =
  (...pieces: readonly string[]): PerformFunction =>
  (_effect, emit) => {
    for (const piece of pieces) emit('text', piece);
    return { ok: true, outputs: { text: pieces.join('') } };
  };

/** Fails, with outputs if given. */
export const fails =
  (failure: Partial<Failure> = {}, outputs?: Outputs): PerformFunction =>
  () => ({
    ok: false,
    failure: { code: 'test.failed', type: 'TestError', message: 'It was told to fail.', ...failure },
    ...(outputs && { outputs }),
  });

/** Fails the first `times` tries, then does what `performer` does. */
export const failsFirst =
  (times: number, performer: PerformFunction, failure: Partial<Failure> = {}): PerformFunction =>
  (effect, emit) =>
    effect.attempt <= times ? fails(failure)(effect, emit) : performer(effect, emit);

/** Is never heard of again. */
export const never = (): PerformFunction => () => undefined;

/** The same, taking so long. */
export const lasting = (lastsMs: number, performer: PerformFunction): TimedPerformer => ({
  perform: performer,
  lastsMs,
});

/** Functions for the steps that `buildPlan` draws without further words. */
export const drawnFunctions: Readonly<Record<string, InlineFunction>> = {
  'pass@1': () => ({ ok: true, outputs: {} }),
  'answer@1': (config: { readonly answer: string }, lookup: Lookup) => ({
    ok: true,
    outputs: { answer: fillTemplate(config.answer, lookup, toMarkdown) },
  }),
  'end@1': (config: { readonly outputs: Readonly<Record<string, string>> }, lookup: Lookup) => ({
    ok: true,
    outputs: Object.fromEntries(
      Object.entries(config.outputs).map(([name, selector]): [string, Value] => [
        name,
        lookup(selector.split('.')) ?? null,
      ]),
    ),
  }),
};
