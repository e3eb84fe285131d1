import type { ConversationId, Json, JsonObject, RunId, TeamId } from '@tenon/base';
import type { Lookup, StepResult, Usage } from '@tenon/engine';
import type {
  CodeRunner,
  ConversationMemory,
  ModelDirectory,
  ModelPrice,
  ObjectStore,
  OutboundHttp,
} from '@tenon/ports';

/** One execution of one attempt of a step, as a node type's activity sees it. */
export interface StepCall<Config = Json> {
  readonly config: Config;
  /** Reads resolved inputs; secrets and value references are already opened. */
  readonly lookup: Lookup;
  readonly teamId: TeamId;
  readonly runId: RunId;
  readonly stepKey: string;
  readonly attempt: number;
  /** Present in chatflows. */
  readonly conversationId?: ConversationId;
  /** The same for every try of this step: what an `Idempotency-Key` header carries. */
  readonly idempotencyKey: string;
  /** The author's limit in milliseconds; `signal` fires when it is over or the run is stopped. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Plain secrets that were opened for this call: nothing recorded may contain one. */
  readonly secrets: readonly string[];
  /** Passes on live text of an output. */
  emit(channel: string, text: string): void;
  /** Keeps what there is so far; what was kept under the same name before is replaced. */
  record(what: StepRecord): void;
}

/** What an execution keeps beside its result, also when it has none. */
export interface StepRecord {
  /** What was sent, for people: the final prompt, the request text. */
  readonly request?: Json;
  /** What came back, for people: the raw reply, or the part of it that came. */
  readonly reply?: Json;
  /** What the execution has cost. */
  readonly usage?: Usage;
  /** What the model costs that is asked: for an estimate of executions that were lost before. */
  readonly price?: ModelPrice;
}

/** The ports a node type's activity may use. */
export interface StepPorts {
  readonly models: ModelDirectory;
  readonly code: CodeRunner;
  readonly http: OutboundHttp;
  readonly memory: ConversationMemory;
  readonly objects: ObjectStore;
}

/**
 * What a node type does to the world. Failures it expects are returned; a thrown `TenonError` becomes a failure by
 * its code, anything else is our bug and is called `internal`.
 */
export type StepActivity<Config = JsonObject> = (call: StepCall<Config>, ports: StepPorts) => Promise<StepResult>;
