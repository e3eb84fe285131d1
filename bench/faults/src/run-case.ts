import { Teardown } from '@tenon/bench/teardown';
import type { Case, Setting } from './cells/cell.js';
import { check } from './checker/check.js';
import type { Violation } from './checker/violation.js';
import { publishApps } from './load/load.js';
import type { Row } from './report.js';
import { startStack, type Stack } from './stack/stack.js';

/** Of what a process printed. */
const KEPT_CHARACTERS = 3_000;

/**
 * Runs one case, checks what was seen, and leaves everything in order for the next.
 * @param whole  ends also what is started for this case alone
 */
export async function runCase(one: Case, setting: Setting, whole: Teardown): Promise<Row> {
  const skipped = one.obstacle?.();
  if (skipped) return { ...headOf(one), times: 0, runs: 0, recoveryMs: [], violations: [], skipped };
  if (!one.ownStack) return play(one, setting);
  const teardown = new Teardown(whole);
  try {
    const stack = await startStack(teardown, one.ownStack);
    teardown.add(() => heal(stack));
    return await play(one, { ...setting, stack, apps: await publishApps(stack.backDoor) });
  } finally {
    await teardown.run();
  }
}

const headOf = ({ cell, fault, moment }: Case) => ({ cell, fault, moment, times: 1 });

async function play(one: Case, setting: Setting): Promise<Row> {
  const head = headOf(one);
  try {
    const { recording, bounds, recoveryMs = [], violations = [] } = await one.run(setting);
    const { stack } = setting;
    return {
      ...{ ...head, runs: recording.runs.length, recoveryMs },
      violations: [...check(recording, bounds), ...violations, ...findDeaths(stack)],
    };
  } catch (error) {
    const { stack } = setting;
    return { ...head, runs: 0, recoveryMs: [], violations: [notReached(error as Error), ...findDeaths(stack)] };
  } finally {
    await heal(setting.stack);
  }
}

/** Processes that ended although nobody had killed them. */
export function findDeaths({ victims }: Stack): Violation[] {
  return Object.values(victims)
    .filter(({ hasDied }) => hasDied)
    .map(({ name, lastOutput }) => ({
      ...{ promise: 'P1', kind: 'lost' },
      text: `the ${name} has ended by itself:\n${lastOutput.slice(-KEPT_CHARACTERS)}`,
    }));
}

/** Everything runs, and everything passes. */
export async function heal({ victims, proxies, model }: Stack): Promise<void> {
  for (const proxy of Object.values(proxies)) proxy.open();
  for (const victim of [victims.postgres, victims.temporal, victims.codeRunner, victims.api, victims.worker])
    await victim.restore();
  await model.resume();
}

/** The moment of the fault was not reached, or the product did not come back. */
export function notReached(error: Error): Violation {
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return { promise: 'P1', kind: 'lost', text: `${error.stack ?? error.message}${cause}` };
}
