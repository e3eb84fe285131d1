/*
 * The whole engine in one pair of functions. What a run does next is decided here and nowhere else; doing it is the
 * driver's work. Invariants, each with a spec of its own in `invariants/`:
 *
 * I1 Same plan, state and message give the same turn. `advance` never throws for a user's mistake.
 * I2 A step becomes ready once: when all incoming edges are settled and at least one was taken.
 * I3 A step whose edges are all dead is skipped, and its own exits die with it.
 * I4 A step writes its own pool entry once, on success, before its edges are decided.
 * I5 Every effect has a key, `stepKey#attempt`, stable when it is executed again. A second answer to the same key is
 *    ignored.
 * I6 A run has one outcome; after it there are no effects.
 * I7 State is plain JSON, so continuing in a new history is passing it on.
 */
import type { RunFact, RunOutcome } from './event.js';
import { consequenceOf, ORDINARY_EXIT } from './failure.js';
import type { Message } from './message.js';
import type { Plan, PlanStep } from './plan.js';
import type { IndexedStep } from './plan-index.js';
import { collectInputs, needsOutside } from './reference.js';
import { leaveStep, skipStep } from './routing.js';
import { mergeOutputs } from './run-outputs.js';
import type { StartInput } from './start-input.js';
import type { RunState, StepTry } from './state.js';
import type { Failure, Inputs, StepResult, Usage } from './step-result.js';
import { findIn, putIn } from './table.js';
import { effectKey, isUnderWay, parseEffectKey, TurnBuilder, type Turn } from './turn.js';
import type { Outputs, Value } from './value.js';

const FIRST_TRY: StepTry = { attempt: 1 };

/** Begins a run: the first turn. An entry step that does not exist is a run that has failed. */
export function start(plan: Plan, input: StartInput): Turn {
  const root = input.root ?? plan.root;
  const given = givenPool(plan, input);
  const turn = new TurnBuilder(plan, firstState(input, { ...given, [root]: input.inputs }), input.at);
  turn.tell({ type: 'run.started', inputs: input.inputs, pool: given, root });
  if (!turn.index.has(root)) {
    const message = `The run was to begin at "${root}", but there is no such step.`;
    finish(turn, { status: 'failed', failure: { code: 'run.unknownRoot', type: 'InvalidRootError', message } });
    return turn.build();
  }
  // marked first, so that an edge that leads back to it cannot skip it
  turn.setState(root, { status: 'running', attempt: 1 });
  for (const step of plan.steps) {
    if (step.isRoot && step.id !== root && !turn.stateOf(step.id)) skipStep(turn, step.id);
  }
  turn.ready.push(root);
  return goOn(turn);
}

/**
 * Takes in one message. A message that nobody waits for (a key that is unknown, answered or given up, anything after
 * the outcome) changes nothing and gives the same state.
 */
export function advance(plan: Plan, state: RunState, message: Message): Turn {
  const nothing: Turn = { state, effects: [], events: [] };
  if (state.outcome) return nothing;
  const turn = new TurnBuilder(plan, state, message.at);
  if (message.type === 'cancel.requested') {
    finish(turn, { status: 'stopped', reason: message.reason });
    return turn.build();
  }
  const { stepKey, attempt } = parseEffectKey(message.key);
  const awaited = turn.stateOf(stepKey);
  if (!isUnderWay(awaited) || awaited.attempt !== attempt) return nothing;
  if ((message.type === 'step.finished') !== (awaited.status === 'running')) return nothing;
  const { step } = turn.index.get(stepKey) as IndexedStep;
  if (message.type === 'step.finished') endTry(turn, step, awaited, message.result);
  else perform(turn, step, awaited);
  return goOn(turn);
}

/** Begins what is ready, step by step, and ends the run when nothing is under way any more. */
function goOn(turn: TurnBuilder): Turn {
  // grows while it is walked: a step whose result is known already may make others ready
  for (const stepKey of turn.ready) {
    if (turn.state.outcome) break;
    begin(turn, (turn.index.get(stepKey) as IndexedStep).step);
  }
  if (!turn.state.outcome && turn.state.underWay === 0) {
    finish(turn, { status: turn.state.exceptions > 0 ? 'partiallySucceeded' : 'succeeded' });
  }
  return turn.build();
}

function begin(turn: TurnBuilder, step: PlanStep): void {
  turn.state.started += 1;
  const inputs = collectInputs(turn.state.pool, step.instruction.reads);
  turn.tell({ type: 'step.started', stepKey: step.id, inputs });
  const known = find(turn.state.settled, step.id);
  if (known) endTry(turn, step, FIRST_TRY, known);
  else perform(turn, step, FIRST_TRY, inputs);
}

function perform(
  turn: TurnBuilder,
  step: PlanStep,
  { attempt, waitedMs }: StepTry,
  inputs: Inputs = collectInputs(turn.state.pool, step.instruction.reads),
): void {
  turn.setState(step.id, { status: 'running', attempt, ...(waitedMs && { waitedMs }) });
  turn.effects.push({
    type: 'perform',
    key: effectKey(step.id, attempt),
    stepKey: step.id,
    attempt,
    instruction: step.instruction,
    inputs,
    outside: step.instruction.kind === 'inline' && needsOutside(inputs),
  });
}

function endTry(turn: TurnBuilder, step: PlanStep, ended: StepTry, result: StepResult): void {
  const { attempt } = ended;
  const usage = result.usage && { usage: result.usage };
  if (result.usage) turn.state.usage = sumOf(turn.state.usage, result.usage);
  if (!result.ok) return endFailedTry(turn, step, ended, result.failure, result);
  // a step that branches only when it fails chooses nothing: it goes on as an ordinary one does
  const unchosen = step.exits.includes(ORDINARY_EXIT) ? ORDINARY_EXIT : undefined;
  const exit = step.branching ? (result.exit ?? unchosen) : ORDINARY_EXIT;
  if (exit === undefined) return endFailedTry(turn, step, ended, withoutExit(step), result);
  const { outputs } = result;
  if (step.response) turn.state.outputs = mergeOutputs(turn.state.outputs, outputs);
  turn.setState(step.id, { status: 'succeeded', exit });
  leave(turn, { type: 'step.succeeded', stepKey: step.id, attempt, exit, outputs, ...usage });
}

function endFailedTry(turn: TurnBuilder, step: PlanStep, ended: StepTry, failure: Failure, result: StepResult): void {
  const stepKey = step.id;
  const { attempt } = ended;
  const usage = result.usage && { usage: result.usage };
  turn.state.exceptions += 1;
  // a result that was known beforehand is not tried for
  const isSettled = find(turn.state.settled, stepKey) !== undefined;
  const rule = isSettled ? { ...step, retry: { maxRetries: 0, intervalMs: 0 } } : step;
  const consequence = consequenceOf(rule, ended, failure, turn.state.limits);
  if (consequence.then === 'retry') {
    const { retry, delayMs, waitedMs } = consequence;
    turn.tell({ type: 'step.retrying', stepKey, attempt, retry, delayMs, failure });
    turn.setState(stepKey, { status: 'retrying', attempt: attempt + 1, ...(waitedMs > 0 && { waitedMs }) });
    turn.effects.push({ type: 'startTimer', key: effectKey(stepKey, attempt + 1), delayMs });
  } else if (consequence.then === 'goOn') {
    const { exit, outputs } = consequence;
    turn.setState(stepKey, { status: 'handled', exit, failure });
    leave(turn, { type: 'step.handled', stepKey, attempt, exit, outputs, failure, ...usage });
  } else {
    turn.setState(stepKey, { status: 'failed', failure });
    turn.tell({ type: 'step.failed', stepKey, attempt, failure, outputs: result.outputs ?? {}, ...usage });
    finish(turn, { status: 'failed', failure: { ...failure, stepKey } });
  }
}

type Left = Extract<RunFact, { readonly type: 'step.succeeded' | 'step.handled' }>;

/** A step has ended well: its values become readable, then its edges are decided, then the world is told. */
function leave(turn: TurnBuilder, fact: Left): void {
  // the entry step's inputs stay beside what it gives
  const entry = { ...findIn(turn.state.pool, fact.stepKey), ...fact.outputs };
  turn.state.pool = putIn(turn.state.pool, fact.stepKey, entry);
  leaveStep(turn, fact.stepKey, fact.exit);
  turn.tell(fact);
  const { started, startedAt, limits } = turn.state;
  if (started > limits.maxSteps) {
    finish(turn, { status: 'stopped', reason: `Maximum execution steps exceeded: ${started} > ${limits.maxSteps}` });
  } else if (turn.at - startedAt > limits.maxDurationMs) {
    finish(turn, { status: 'stopped', reason: 'Maximum execution time exceeded' });
  }
}

/** Ends the run: what is under way is given up, in the plan's order, and what this turn wanted done is not. */
function finish(turn: TurnBuilder, how: Pick<RunOutcome, 'status' | 'failure' | 'reason'>): void {
  const unsent = new Set(turn.effects.map((effect) => effect.key));
  turn.effects = [];
  for (const { id } of turn.state.underWay > 0 ? turn.plan.steps : []) {
    const state = turn.stateOf(id);
    if (!isUnderWay(state)) continue;
    const key = effectKey(id, state.attempt);
    turn.setState(id, { status: 'stopped' });
    turn.tell({ type: 'step.stopped', stepKey: id, attempt: state.attempt });
    if (!unsent.has(key)) turn.effects.push({ type: 'cancel', key });
  }
  const { outputs, exceptions, started: steps, usage } = turn.state;
  const outcome: RunOutcome = { ...how, outputs, exceptions, steps, usage };
  turn.state.outcome = outcome;
  turn.tell({ type: 'run.finished', outcome });
}

/** What can be read before the first step: system, environment and conversation variables. */
function givenPool(plan: Plan, input: StartInput): Readonly<Record<string, Outputs>> {
  const system = Object.entries(input.system).filter(([, value]) => value !== null);
  const environment = plan.environment.map(({ name, value }): [string, Value] => [name, value]);
  const conversation = plan.conversation.map(({ name, value }): [string, Value] => [
    name,
    find(input.conversation, name) ?? value,
  ]);
  return {
    sys: Object.fromEntries(system),
    env: Object.fromEntries(environment),
    conversation: Object.fromEntries(conversation),
  };
}

const firstState = (input: StartInput, pool: Readonly<Record<string, Outputs>>): RunState => ({
  pool,
  steps: {},
  joins: {},
  underWay: 0,
  seq: 0,
  started: 0,
  exceptions: 0,
  usage: { promptTokens: 0, completionTokens: 0, totalTokens: 0 },
  outputs: {},
  startedAt: input.at,
  limits: input.limits,
  settled: input.settled ?? {},
});

function find<V>(record: Readonly<Record<string, V>>, key: string): V | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

const sumOf = (a: Usage, b: Usage): Usage => ({
  promptTokens: a.promptTokens + b.promptTokens,
  completionTokens: a.completionTokens + b.completionTokens,
  totalTokens: a.totalTokens + b.totalTokens,
  ...((a.isEstimated || b.isEstimated) && { isEstimated: true }),
});

const withoutExit = (step: PlanStep): Failure => ({
  code: 'step.noExit',
  type: 'WorkflowNodeError',
  message: `"${step.title}" has to choose one of its exits and chose none.`,
});
