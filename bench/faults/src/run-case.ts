import type { Case, Setting } from './cells/cell.js';
import { check } from './checker/check.js';
import type { Violation } from './checker/violation.js';
import type { Row } from './report.js';
import type { Stack } from './stack/stack.js';

/** Runs one case, checks what was seen, and leaves everything in order for the next. */
export async function runCase(one: Case, setting: Setting): Promise<Row> {
  const head = { cell: one.cell, fault: one.fault, moment: one.moment, times: 1 };
  try {
    const { recording, bounds, recoveryMs = [], violations = [] } = await one.run(setting);
    return {
      ...head,
      runs: recording.runs.length,
      recoveryMs,
      violations: [...check(recording, bounds), ...violations],
    };
  } catch (error) {
    return { ...head, runs: 0, recoveryMs: [], violations: [notReached(error as Error, setting.stack)] };
  } finally {
    await heal(setting.stack);
  }
}

/** Everything runs, and everything passes. */
export async function heal({ victims, proxies, model, effects }: Stack): Promise<void> {
  for (const proxy of Object.values(proxies)) proxy.open();
  for (const victim of [victims.postgres, victims.temporal, victims.codeRunner, victims.api, victims.worker])
    await victim.restore();
  await model.resume();
  effects.hold();
  effects.release();
}

/** The moment of the fault was not reached, or the product did not come back. */
export function notReached(error: Error, stack: Stack): Violation {
  return { promise: 'P1', kind: 'lost', text: `${error.stack ?? error.message}\n${stack.lastOutput().slice(-2_000)}` };
}
