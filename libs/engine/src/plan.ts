import type { Json } from '@tenon/base';
import type { Outputs, Value, ValueType } from './value.js';

/** `[namespace, name, ...path]`: the namespace is a node id, `sys`, `env` or `conversation`. */
export type Selector = readonly string[];

/** A piece of a template: literal text, or the selector whose value stands there. */
export type Segment = { readonly text: string } | { readonly selector: Selector };

/**
 * What a step does. `inline` is a pure function computed in the workflow sandbox; `activity` touches the world.
 * `config` is what the node type's own function reads; the engine never looks inside.
 */
export type Instruction =
  | {
      readonly kind: 'inline';
      /** `type@version` of the function in the catalog. */
      readonly run: string;
      readonly config: Json;
      /** Everything the function may look up; nothing else reaches it. */
      readonly reads: readonly Selector[];
    }
  | {
      readonly kind: 'activity';
      readonly run: string;
      readonly config: Json;
      readonly reads: readonly Selector[];
      /**
       * `short` work is tried as a local activity of at most `localLimitMs`, `long` is a heartbeating activity.
       * A short one that hits its limit runs again as a long one, so only repeatable work may be short.
       */
      readonly weight: 'short' | 'long';
      /** The author's own limit in milliseconds, enforced inside the activity. */
      readonly timeoutMs: number;
    };

/** What follows when a step has failed, after its tries are used up. */
export type FailureRule =
  | { readonly then: 'stop' }
  | { readonly then: 'exit'; readonly exit: string }
  | { readonly then: 'default'; readonly outputs: Outputs };

export interface RetryRule {
  /** Extra tries after the first, 0 for none. */
  readonly maxRetries: number;
  readonly intervalMs: number;
}

/** How a response step (answer, end) speaks: its segments in order, and the key under which it answers. */
export interface ResponseTemplate {
  readonly segments: readonly Segment[];
}

export interface PlanStep {
  /** The node's id in the definition; the step's key outside containers. */
  readonly id: string;
  readonly type: string;
  readonly title: string;
  /** May begin a run: when another step begins it, this one is skipped, and so is what only it leads to. */
  readonly isRoot?: boolean;
  readonly instruction: Instruction;
  /** A branching step takes one of `exits`; an ordinary one always takes `source`. */
  readonly exits: readonly string[];
  readonly branching: boolean;
  readonly retry: RetryRule;
  readonly onFailure: FailureRule;
  /** Present on answer and end nodes only. */
  readonly response?: ResponseTemplate;
  /** Outputs whose text may arrive live, before the step has finished. */
  readonly streams: readonly string[];
  /** Declared outputs, for screens and checks; values are not forced to them. */
  readonly outputs: Readonly<Record<string, ValueType>>;
}

/** A line of the graph. Order in `Plan.edges` is the order in the file and decides scheduling order. */
export interface PlanEdge {
  readonly source: string;
  readonly exit: string;
  readonly target: string;
}

/** Which files a field of the start form takes. */
export interface FileRules {
  /** Kinds of files; empty for all. `custom` stands for the files that `extensions` lists. */
  readonly types: readonly string[];
  /** With or without their dots, in any case. */
  readonly extensions: readonly string[];
  /** Transfer methods; empty for all. */
  readonly methods: readonly string[];
}

/** A field of the start form. */
export interface InputField {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly required: boolean;
  readonly default: Value | null;
  /** Most characters of a text, most files of a list. */
  readonly maxLength: number | null;
  readonly options: readonly string[];
  readonly jsonSchema: Json;
  /** On the fields that take files. */
  readonly files?: FileRules;
}

export interface PlanVariable {
  readonly id: string;
  readonly name: string;
  readonly type: ValueType;
  /** The initial value; a secret's is the reference under which it is sealed, or empty text. */
  readonly value: Value;
}

/**
 * A definition after compiling: validated, resolved, plain JSON, immutable. Its name is the SHA-256 of its
 * canonical JSON, so equal plans are one plan.
 */
export interface Plan {
  readonly format: 1;
  readonly mode: 'workflow' | 'advanced-chat';
  /** Where a run begins unless the caller names another root. */
  readonly root: string;
  readonly inputs: readonly InputField[];
  readonly environment: readonly PlanVariable[];
  readonly conversation: readonly PlanVariable[];
  readonly steps: readonly PlanStep[];
  readonly edges: readonly PlanEdge[];
}
