import type { ScriptedFault } from '@tenon/ports/testing';
import type { Recording } from '../checker/recording.js';
import { acceptApp } from '../load/accept-app.js';
import { loadRules } from '../load/load.js';
import { Session } from '../load/session.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { callNode, chainApp } from './chain-app.js';
import { acceptLoad, sizeOf } from './moments.js';

const SAID = 'said in the end';
/** Retry-After of a provider that limits, and what is too early. */
const AFTER_SECONDS = 2;

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
];

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
  const orders = Array.from({ length: sizeOf(setting) }, (_, index) => ({
    ...{ name: `patient ${index}`, app: 'endless' as const, input: {} },
    expected: { states: ['succeeded' as const], result: JSON.stringify({ told: SAID }) },
  }));
  await Promise.all([acceptApp(session, app, orders), acceptLoad(session, setting)]);
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
