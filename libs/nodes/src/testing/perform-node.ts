import type { ConversationId, JsonObject, RunId, TeamId } from '@tenon/base';
import { collectInputs, lookupIn, type Instruction, type Outputs, type StepResult } from '@tenon/engine';
import { createFakeConversationMemory, createFakeModelDirectory, createFakeObjectStore } from '@tenon/ports/testing';
import { stepActivities, thrownResult, type StepPorts, type StepRecord } from '../catalog/activities.js';
import { nodeDefinitions } from '../catalog/definitions.js';
import { inlineFunctions } from '../catalog/inline.js';

/** The node under test stands under this id, and the team it belongs to under that one. */
export const NODE_ID = 'node';
export const TEAM_ID = '0190a000-0000-7000-8000-000000000001' as TeamId;
const RUN_ID = '0190a000-0000-7000-8000-000000000002' as RunId;

/** Surroundings of the node under test; everything has a default. */
export interface NodeSurroundings {
  /** Values by namespace and name, as the pool holds them. */
  readonly pool?: Readonly<Record<string, Outputs>>;
  readonly mode?: 'workflow' | 'advanced-chat';
  readonly handlesFailure?: boolean;
  readonly ports?: Partial<StepPorts>;
  readonly secrets?: readonly string[];
  readonly conversationId?: ConversationId;
  readonly signal?: AbortSignal;
  readonly fuel?: number;
}

/** What performing a node came to, and what was said on the way. */
export interface PerformedNode {
  readonly result: StepResult;
  /** Live text in order. */
  readonly emitted: readonly (readonly [channel: string, text: string])[];
  readonly recorded: StepRecord;
  readonly instruction: Omit<Instruction, 'run' | 'reads'>;
}

/** Ports in memory; what is not given cannot be used. */
export function fakePorts(given: Partial<StepPorts> = {}): StepPorts {
  const missing = (name: string) => ({
    run: () => Promise.reject(new Error(`no ${name} in this test`)),
    request: () => Promise.reject(new Error(`no ${name} in this test`)),
    describe: () => Promise.resolve({}),
  });
  return {
    models: createFakeModelDirectory([]),
    code: missing('code runner'),
    http: missing('outbound http'),
    memory: createFakeConversationMemory(),
    objects: createFakeObjectStore(),
    ...given,
  };
}

/** Reads `data` as the compiler does and performs what the node lowers to. @throws when `data` is no configuration */
export async function performNode(
  type: string,
  data: JsonObject,
  surroundings: NodeSurroundings = {},
): Promise<PerformedNode> {
  const definition = nodeDefinitions.find((one) => one.type === type);
  if (!definition) throw new Error(`no node type ${type}`);
  const config = definition.config.parse(definition.upgrade ? definition.upgrade(data) : data) as never;
  const { mode = 'workflow', handlesFailure = false } = surroundings;
  const { instruction } = definition.lower(config, { nodeId: NODE_ID, mode, handlesFailure });
  const reads = definition.references(config, { nodeId: NODE_ID, mode }).map(({ selector }) => selector);
  const lookup = lookupIn(collectInputs(surroundings.pool ?? {}, reads));
  const run = `${definition.type}@${definition.version}`;
  const emitted: [string, string][] = [];
  let recorded: StepRecord = {};
  if (instruction.kind === 'inline') {
    const result = inlineFunctions[run]?.(instruction.config as never, lookup, surroundings.fuel ?? 50_000);
    if (!result) throw new Error(`no inline function ${run}`);
    return { result, emitted, recorded, instruction };
  }
  const call = {
    config: instruction.config,
    lookup,
    teamId: TEAM_ID,
    runId: RUN_ID,
    stepKey: NODE_ID,
    attempt: 1,
    ...(surroundings.conversationId ? { conversationId: surroundings.conversationId } : {}),
    idempotencyKey: `${RUN_ID}/${NODE_ID}`,
    timeoutMs: instruction.timeoutMs,
    signal: surroundings.signal ?? new AbortController().signal,
    secrets: surroundings.secrets ?? [],
    emit: (channel: string, text: string) => void emitted.push([channel, text]),
    record: (what: StepRecord) => void (recorded = { ...recorded, ...what }),
  };
  const activity = stepActivities[run];
  if (!activity) throw new Error(`no activity ${run}`);
  // as whoever performs steps does: what is thrown becomes a failure
  const result = await activity(call as never, fakePorts(surroundings.ports)).catch((error: unknown): StepResult =>
    thrownResult(error, recorded.usage),
  );
  return { result, emitted, recorded, instruction };
}

/** The failure of a result that has to be one. */
export function failureIn({ result }: PerformedNode) {
  if (result.ok) throw new Error(`it succeeded with ${JSON.stringify(result.outputs)}`);
  return result.failure;
}

/** The outputs of a result that has to be a success. */
export function outputsIn({ result }: PerformedNode): Outputs {
  if (!result.ok) throw new Error(`it failed: ${JSON.stringify(result.failure)}`);
  return result.outputs;
}
