import type { RunId, TeamId } from '@tenon/base';
import type { Plan, RunEvent, StepResult } from '@tenon/engine';
import { buildPlan } from '@tenon/engine/testing';
import type { AttemptKey } from '../close-attempt.js';
import type { Database } from '../database.js';
import { seedApp, seedRun } from './test-database.js';

export const PLAN: Plan = buildPlan('a -> b');

/** What an execution of `b` begins with, and what comes of it. */
export const WORK = { workerId: 'w1', inputs: { 'a.z': 1 }, events: [] };
export const DONE: StepResult = { ok: true, outputs: { text: 'said' }, exit: 'source' };

export const NO_USAGE = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };

/** A run of `a` and `b`, as the engine tells it; `b`'s inputs and outputs are left to its attempt. */
export function eventsOfTwoSteps(): RunEvent[] {
  return [
    { seq: 1, at: 1_000, type: 'run.started', inputs: {}, pool: { sys: { query: 'hi' } }, root: 'a' },
    { seq: 2, at: 1_000, type: 'step.started', stepKey: 'a', inputs: { 'sys.query': 'hi' } },
    { seq: 3, at: 1_000, type: 'step.succeeded', stepKey: 'a', attempt: 1, exit: 'source', outputs: { z: 1, a: 2 } },
    { seq: 4, at: 1_000, type: 'step.started', stepKey: 'b' } as RunEvent,
    { seq: 5, at: 2_000, type: 'step.succeeded', stepKey: 'b', attempt: 1, exit: 'source' } as RunEvent,
    {
      seq: 6,
      at: 2_500,
      type: 'run.finished',
      outcome: { status: 'succeeded', outputs: { answer: 'ok' }, exceptions: 0, steps: 2, usage: NO_USAGE },
    },
  ];
}

/** A queued run of `PLAN` in a team of its own; `key` is the first attempt at `b`. */
export async function seedTwoSteps(
  database: Database,
): Promise<{ readonly teamId: TeamId; readonly runId: RunId; readonly key: AttemptKey }> {
  const owner = await seedApp(database, PLAN);
  const runId = await seedRun(database, owner);
  return { teamId: owner.teamId, runId, key: { teamId: owner.teamId, runId, stepKey: 'b', attempt: 1 } };
}
