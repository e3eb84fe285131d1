import { acceptApp } from '../load/accept-app.js';
import { loadRules } from '../load/load.js';
import { Session } from '../load/session.js';
import { usedWithin } from '../stack/processes.js';
import type { Case, Outcome, Setting } from './cell.js';
import { chainApp, codeNode } from './chain-app.js';
import { inject, type FaultKind } from './inject.js';
import { acceptLoad, progressAfter } from './moments.js';

/** Code that works for three seconds, by the clock. */
const WORKS =
  'import time\ndef main():\n    end = time.time() + 3\n    while time.time() < end:\n        pass\n    return {"text": "worked"}\n';
const RUNS = 2;
const WINDOW_MS = 300;
const BUSY_MS = 100;

/** Faults of the code runner while code runs. */
export const codeCases: readonly Case[] = [
  { ...{ cell: 'S1', fault: 'K', moment: 'while code runs' }, run: (setting) => hit(setting, 'K', 500) },
  { ...{ cell: 'S1', fault: 'S', moment: 'while code runs' }, run: (setting) => hit(setting, 'S', 4_000) },
];

/** Code whose runner was lost is run again, and one that stood still goes on. */
async function hit(setting: Setting, fault: FaultKind, forMs: number): Promise<Outcome> {
  const { stack, apps } = setting;
  const session = await Session.open(stack, apps, loadRules());
  const orders = Array.from({ length: RUNS }, (_, index) => ({
    ...{ name: `code ${index}`, app: 'endless' as const, input: {} },
    expected: { states: ['succeeded' as const], result: JSON.stringify({ told: 'worked' }) },
  }));
  await acceptApp(session, chainApp('Working', [codeNode('work', 'python3', WORKS)], ['work', 'text']), orders);
  const { pid } = stack.victims.codeRunner;
  await session.until(async () => (await usedWithin(pid, WINDOW_MS)) >= BUSY_MS, 'code that runs');
  const { healedAt } = await inject(
    stack,
    'codeRunner',
    fault,
    forMs,
    async () => void (await acceptLoad(session, setting)),
  );
  const recording = await session.finish();
  return { recording, recoveryMs: progressAfter(recording, healedAt) };
}
