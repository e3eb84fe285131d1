import type { EffectKey } from './message.js';
import type { Instruction } from './plan.js';
import type { Inputs } from './step-result.js';

/** What the driver must do. Each is answered by one message with the same key; a second answer is ignored. */
export type Effect =
  | {
      readonly type: 'perform';
      readonly key: EffectKey;
      readonly stepKey: string;
      /** 1 for the first try. */
      readonly attempt: number;
      readonly instruction: Instruction;
      readonly inputs: Inputs;
      /**
       * True when an inline instruction reads a secret or a value reference and so must be performed where those
       * can be opened: by an activity with the same pure function.
       */
      readonly outside: boolean;
    }
  /** Answer with `timer.fired` after `delayMs`. */
  | { readonly type: 'startTimer'; readonly key: EffectKey; readonly delayMs: number }
  /** Stop what is under way for `key`; its answer, if one still comes, is ignored. */
  | { readonly type: 'cancel'; readonly key: EffectKey };
