import type { ScriptedFault } from '@tenon/ports/testing';
import type { Recording } from '../checker/recording.js';
import { acceptApp } from '../load/accept-app.js';
import { loadRules, type Order } from '../load/load.js';
import { Session } from '../load/session.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { callNode, chainApp } from './chain-app.js';
import { acceptLoad, sizeOf } from './moments.js';

const SAID = 'said in the end';
/** Retry-After of a provider that limits, and what is too early. */
const AFTER_SECONDS = 2;
/** How long the worker of a case waits for the first text of an answer, and in the middle of it. */
const FIRST_SECONDS = 7;
const IDLE_SECONDS = 3;
/** How far the other side may see a time-out from where it is, on a machine that has much to do. */
const OFF_MS = 2_000;

const LIMITED: ScriptedFault = { kind: 'status', status: 429 };

/** A provider of models that gives wrong answers. */
export const providerCases: readonly Case[] = [
  {
    ...{ cell: 'M1', fault: 'W', moment: 'it limits its callers' },
    run: async (setting) => {
      const outcome = await failing(setting, [{ ...LIMITED, retryAfter: AFTER_SECONDS }, LIMITED]);
      const pauses = pausesOf(outcome.recording);
      const isKept = pauses.every((ms) => ms >= AFTER_SECONDS * 1_000);
      const wish = demand(isKept, `a limit of ${AFTER_SECONDS} s was kept for ${Math.min(...pauses)} ms`);
      return { ...outcome, violations: [...(outcome.violations ?? []), ...wish] };
    },
  },
  {
    ...{ cell: 'M2', fault: 'W', moment: 'it fails and resets connections' },
    run: (setting) => failing(setting, [{ kind: 'status', status: 503 }, { kind: 'reset' }]),
  },
  {
    ...{ cell: 'M4', fault: 'W', moment: 'its streams break off, are no JSON, hold nothing' },
    run: (setting) => failing(setting, [{ kind: 'cutStream' }, { kind: 'brokenJson' }, { kind: 'emptyChoices' }]),
  },
  { ...{ cell: 'M3', fault: 'D', moment: 'it never answers, or one byte now and then' }, run: dripping },
  { ...{ cell: 'M5', fault: 'W', moment: 'its answers end by length and by a filter' }, isQuick: true, run: cutShort },
];

/** Whoever does not answer in the time that the settings give is left, the sooner when it has begun. */
async function dripping(setting: Setting): Promise<Outcome> {
  const { victims, startWorker } = setting.stack;
  await victims.worker.kill();
  const impatient = await startWorker({
    TENON_MODEL_FIRST_TOKEN_SECONDS: String(FIRST_SECONDS),
    TENON_MODEL_IDLE_SECONDS: String(IDLE_SECONDS),
  });
  const drips = { kind: 'trickle', everyMs: 100 } as const;
  const outcome = await failing(setting, [{ kind: 'neverAnswers' }, drips, { ...drips, after: 1 }]).finally(() =>
    impatient.stop(),
  );
  const limits = [FIRST_SECONDS, FIRST_SECONDS, IDLE_SECONDS].map((seconds) => seconds * 1_000);
  const lasted = patientCalls(outcome.recording).map((calls) =>
    limits.map((_, index) => (calls[index]?.endedAt ?? Infinity) - (calls[index]?.at ?? 0)),
  );
  const isKept = lasted.every((times) =>
    limits.every((limit, index) => Math.abs((times[index] ?? 0) - limit) < OFF_MS),
  );
  const text = `calls were left after ${lasted.join('; ')} ms, not after ${limits.join(', ')}`;
  return { ...outcome, violations: [...(outcome.violations ?? []), ...demand(isKept, text)] };
}

/** An answer that ends by its length or by a filter is no failure, and the flow can read which it was. */
async function cutShort(setting: Setting): Promise<Outcome> {
  const reasons = ['length', 'content_filter'];
  const session = await Session.open(setting.stack, setting.apps, [
    ...reasons.map((finishReason) => ({ when: { user: finishReason }, reply: { text: 'one two', finishReason } })),
    ...loadRules(),
  ]);
  const calls = reasons.map((reason) => callNode(reason, reason, 2));
  const variables = reasons.flatMap((reason, index) => [
    { variable: `text${index}`, value_selector: [reason, 'text'] },
    { variable: `reason${index}`, value_selector: [reason, 'finish_reason'] },
  ]);
  const template = reasons.map((_, index) => `{{ text${index} }} by {{ reason${index} }}`).join(', ');
  const tell = { id: 'tell', data: { type: 'template-transform', title: 'tell', template, variables } };
  const told = reasons.map((reason) => `one two by ${reason}`).join(', ');
  const app = chainApp('Cut short', [...calls, tell], ['tell', 'output']);
  await Promise.all([acceptApp(session, app, patientOrders(setting, told)), acceptLoad(session, setting)]);
  return { recording: await session.finish(), bounds: { maxCallsPerKey: 1 } };
}

function patientOrders(setting: Setting, told: string): Order[] {
  return Array.from({ length: sizeOf(setting) }, (_, index) => ({
    ...{ name: `patient ${index}`, app: 'endless' as const, input: {} },
    expected: { states: ['succeeded' as const], result: JSON.stringify({ told }) },
  }));
}

/** Each run meets each fault once, one after the other, and then an answer; others are not disturbed. */
async function failing(setting: Setting, faults: readonly ScriptedFault[]): Promise<Outcome> {
  const { stack, apps } = setting;
  const session = await Session.open(stack, apps, [
    ...faults.map((fault, index) => ({ when: { user: 'patient call', nthOfKey: index + 1 }, fault })),
    { when: { user: 'patient call' }, reply: { text: SAID } },
    ...loadRules(),
  ]);
  const ends = faults.map(({ kind }) => stack.log.begin(`the model fails: ${kind}`, true));
  const app = chainApp('Patient', [callNode('call', 'patient call', faults.length)], ['call', 'text']);
  await Promise.all([acceptApp(session, app, patientOrders(setting, SAID)), acceptLoad(session, setting)]);
  const recording = await session.finish();
  for (const end of ends) end();
  const counts = new Set(patientCalls(recording).map((calls) => calls.length));
  const isEach = counts.size === 1 && counts.has(faults.length + 1);
  return {
    recording,
    bounds: { maxCallsPerKey: faults.length + 1 },
    violations: demand(isEach, `calls were made ${[...counts].join(', ')} times, not ${faults.length + 1}`, 'P3'),
  };
}

/** The calls of each run that met the faults, in their order. */
function patientCalls({ calls, runs }: Recording): Recording['calls'][] {
  const patient = runs.filter(({ name }) => name.startsWith('patient'));
  return patient.map(({ id }) => calls.filter(({ key }) => key === `${id}/call`).toSorted((a, b) => a.at - b.at));
}

/** From the first call of each run to its second, in milliseconds. */
function pausesOf(recording: Recording): number[] {
  return patientCalls(recording).map(([first, second]) => (second?.at ?? Infinity) - (first?.at ?? 0));
}
