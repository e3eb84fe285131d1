import type { ConversationId, Json, JsonObject } from '@tenon/base';
import { compile } from '@tenon/compiler';
import { hasGraph, parseDefinition, type Definition } from '@tenon/dsl';
import {
  coerceInputs,
  isSecret,
  lookupIn,
  secretOf,
  type Inputs,
  type Outputs,
  type Plan,
  type StepResult,
} from '@tenon/engine';
import {
  runInMemoryAsync,
  type Emit,
  type MemoryOptions,
  type MemoryRun,
  type Perform,
  type Performers,
} from '@tenon/engine/testing';
import { stepActivities, thrownResult, type StepPorts, type StepRecord } from '../catalog/activities.js';
import { nodeDefinitions } from '../catalog/definitions.js';
import { inlineFunctions } from '../catalog/inline.js';
import { fakePorts, TEAM_ID } from './perform-node.js';

/** What an app is run with. */
export interface AppOptions extends Omit<MemoryOptions, 'inputs'> {
  /** Raw values of the start form. */
  readonly inputs?: JsonObject;
  /** The person's message, in a chatflow. */
  readonly query?: string;
  readonly ports?: Partial<StepPorts>;
  /** Take the place of the real functions, by step id. */
  readonly performers?: Performers;
  /** Plain values of secret variables, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly conversationId?: ConversationId;
}

/** A run with what its activities kept for people, by step id. */
export interface AppRun extends MemoryRun {
  readonly records: Readonly<Record<string, StepRecord>>;
}

/** The plan of an app document; its secrets are sealed under their names. @throws when it has errors */
export function compileApp(text: string): Plan {
  const parsed = parseDefinition(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const compiled = compile(sealed(parsed.definition), nodeDefinitions);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues));
  return compiled.plan;
}

/** Parses, compiles and runs an app document with the real functions of its nodes over the given ports. */
export async function runApp(text: string, options: AppOptions = {}): Promise<AppRun> {
  const { inputs = {}, query, ports, performers, secrets, conversationId, ...memory } = options;
  const plan = compileApp(text);
  const coerced = coerceInputs(plan.inputs, inputs);
  if (!coerced.ok) throw new Error(JSON.stringify(coerced.issues));
  const records: Record<string, StepRecord> = {};
  const surroundings = { ports: fakePorts(ports), secrets: secrets ?? {}, conversationId, records };
  const real = plan.steps.map(({ id }) => [id, (effect: Perform, emit: Emit) => perform(effect, emit, surroundings)]);
  const run = await runInMemoryAsync(
    plan,
    { ...(Object.fromEntries(real) as Performers), ...performers },
    { ...memory, inputs: coerced.inputs, system: { ...memory.system, ...(query === undefined ? {} : { query }) } },
  );
  return { ...run, records };
}

function sealed(definition: Definition): Definition {
  if (!hasGraph(definition)) return definition;
  const environment_variables = definition.workflow.environment_variables.map((variable) =>
    variable.value_type === 'secret' ? { ...variable, value: secretOf(variable.name) } : variable,
  );
  return { ...definition, workflow: { ...definition.workflow, environment_variables } };
}

interface Surroundings {
  readonly ports: StepPorts;
  readonly secrets: Readonly<Record<string, string>>;
  readonly conversationId: ConversationId | undefined;
  readonly records: Record<string, StepRecord>;
}

function perform(effect: Perform, emit: Emit, surroundings: Surroundings): StepResult | Promise<StepResult> {
  const { instruction, stepKey, attempt } = effect;
  const inputs = opened(effect.inputs, surroundings.secrets);
  const lookup = lookupIn(inputs);
  if (instruction.kind === 'inline') {
    const inline = inlineFunctions[instruction.run];
    if (!inline) throw new Error(`no inline function ${instruction.run}`);
    return inline(instruction.config as never, lookup, 50_000);
  }
  const activity = stepActivities[instruction.run];
  if (!activity) throw new Error(`no activity ${instruction.run}`);
  const { conversationId, records } = surroundings;
  // of this try alone
  let kept: StepRecord = {};
  const call = {
    config: instruction.config,
    lookup,
    teamId: TEAM_ID,
    runId: 'run',
    stepKey,
    attempt,
    ...(conversationId ? { conversationId } : {}),
    idempotencyKey: `run/${stepKey}`,
    timeoutMs: instruction.timeoutMs,
    signal: new AbortController().signal,
    secrets: Object.values(surroundings.secrets),
    emit,
    record: (what: StepRecord) => void (kept = records[stepKey] = { ...kept, ...what }),
  };
  return activity(call as never, surroundings.ports).catch((error: unknown) => thrownResult(error, kept.usage));
}

function opened(inputs: Inputs, secrets: Readonly<Record<string, string>>): Inputs {
  const open = ([key, value]: [string, Json]): [string, Json] => [
    key,
    isSecret(value) ? (secrets[value.$secret] as string) : value,
  ];
  return Object.fromEntries(Object.entries(inputs).map(open)) as Outputs;
}
