import type { JsonObject } from '@tenon/base';
import type { InputField, Instruction, Segment, Selector, ValueType } from '@tenon/engine';
import type { z } from 'zod';

/** Where in a node's `data` something stands: keys and indexes from `data` down. */
export type DataPath = readonly (string | number)[];

/** A selector that a node reads, with the place where its author wrote it. */
export interface Reference {
  readonly selector: Selector;
  readonly path: DataPath;
  /** Types that this place can use; any where absent. What is known not to fit is a warning. */
  readonly accepts?: readonly ValueType[];
}

/** Something to tell the author about a node's settings beyond what its schema already says. */
export interface ConfigIssue {
  readonly severity: 'error' | 'warning';
  /** `node.reason` */
  readonly code: string;
  readonly path: DataPath;
  readonly message: string;
}

/** Where a node stands. */
export interface NodePlace {
  readonly nodeId: string;
  readonly mode: 'workflow' | 'advanced-chat';
}

/** What `lower` may know of the surroundings of its node. */
export interface LowerContext extends NodePlace {
  /** Retry is on, or a failure has an exit or default outputs: some types then call more things a failure. */
  readonly handlesFailure: boolean;
}

/** An instruction without `reads` (the compiler takes them from `references`), and what a response step says. */
export interface Lowered {
  readonly instruction: WithoutReads<Instruction>;
  readonly response?: readonly Segment[];
  /** Outputs whose text may arrive live. */
  readonly streams?: readonly string[];
}
type WithoutReads<T> = T extends unknown ? Omit<T, 'reads' | 'run'> : never;

/**
 * Everything edit time knows of a node type: one object per type, in its folder's definition.ts. `Config` is the
 * validated form of the node's `data`; functions get it parsed and upgraded.
 */
export interface NodeDefinition<Config = never> {
  /** The format's name (`llm`), and older names that mean the same. */
  readonly type: string;
  readonly aliases?: readonly string[];
  /** Version of our behaviour; plans name the function as `type@version`. */
  readonly version: number;
  /** May begin a run. */
  readonly isRoot?: boolean;
  /** Retry settings are honoured; on other types they are ignored. */
  readonly honoursRetry?: boolean;
  /** Chooses one of several exits. */
  readonly branching?: boolean;
  /** Reads `data` into the config. Defaults are filled in here; unknown keys are ignored, not refused. */
  readonly config: z.ZodType<Config>;
  /** Lifts older shapes of `data` to the newest. */
  upgrade?(data: JsonObject): JsonObject;
  /** Exits without `fail-branch`, which the compiler adds. */
  exits(config: Config): readonly string[];
  outputs(config: Config): Readonly<Record<string, ValueType>>;
  /** Everything the node reads there. An entry node reads the run's inputs under its own id. */
  references(config: Config, place: NodePlace): readonly Reference[];
  /** Fields of the start form; entry types only. */
  inputFields?(config: Config): readonly InputField[];
  check?(config: Config): readonly ConfigIssue[];
  lower(config: Config, context: LowerContext): Lowered;
}

/** A definition of any config, as catalogs hold them. */
export type AnyNodeDefinition = NodeDefinition<any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- the config is private to the type
