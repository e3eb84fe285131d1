import type { ValueRef } from '@tenon/base';
import type { LiveText } from './live-text.js';
import type { Selector } from './plan.js';
import type { Table } from './table.js';
import type { Value } from './value.js';

/** What to show next. `stepKey` is who is credited: the step that made the value, else the response step. */
export type ReplyPiece =
  | { readonly type: 'text'; readonly text: string; readonly selector: Selector; readonly stepKey: string }
  /**
   * A large value, to be fetched by the reader: walk `path` in it, take its markdown rendering and show that from the
   * code unit `from` on.
   */
  | {
      readonly type: 'reference';
      readonly reference: ValueRef;
      readonly path: readonly string[];
      readonly from: number;
      readonly selector: Selector;
      readonly stepKey: string;
    }
  /** A model's thinking, beside the text. */
  | { readonly type: 'reasoning'; readonly text: string; readonly selector: Selector; readonly stepKey: string }
  /** The last `length` code units that were shown of the text (or of the thinking) do not hold: take them back. */
  | {
      readonly type: 'reset';
      readonly of: 'text' | 'reasoning';
      readonly length: number;
      readonly selector: Selector;
      readonly stepKey: string;
    };

/** Where a response step is in its template. */
export interface ReplyCursor {
  readonly stepKey: string;
  readonly segment: number;
  /** Code units of the current segment that were shown. */
  readonly shown: number;
  /** Its step has ended: what does not resolve by now never will. */
  readonly isFinished: boolean;
}

/** What is known so far, as plain JSON. */
export interface Reply {
  readonly reached: Table<true>;
  /** The first speaks, the others wait. */
  readonly cursors: readonly ReplyCursor[];
  /** Finished values that templates show, by selector; `path` is what is left to walk in a large one. */
  readonly values: Readonly<Record<string, { readonly value: Value; readonly path: readonly string[] }>>;
  /** Live texts that templates show, by selector. */
  readonly texts: Readonly<Record<string, LiveText>>;
  /** Thinking by step, and how much of it was shown. */
  readonly reasoning: Readonly<Record<string, LiveText & { readonly shown: number }>>;
  /** Namespaces that give nothing more. */
  readonly ended: Readonly<Record<string, true>>;
}

/** The channel of a model's thinking. */
export const REASONING_CHANNEL = 'reasoning_content';

/** Namespaces that are complete when a run begins. */
export const GIVEN_NAMESPACES: readonly string[] = ['sys', 'env', 'conversation'];
