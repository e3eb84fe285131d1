import type { AppId, RunId, TeamId } from '@tenon/base';
import { compile, hashOf } from '@tenon/compiler';
import { CHANNELS, HistoryRepository, newId, ring, RunRepository, type RunRecord } from '@tenon/database';
import { eventsOf, seedApp, startTestDatabase, type TestDatabase } from '@tenon/database/testing';
import type { Definition } from '@tenon/dsl';
import type { Outputs, Plan, RunEvent } from '@tenon/engine';
import { nodeDefinitions } from '@tenon/nodes/definitions';
import { startTestTemporal, type TestTemporal } from '@tenon/platform/testing';
import { DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import path from 'node:path';
import { bundleWorkflows } from '../../../../tools/build/workflow-bundle.mjs';

/** A real Postgres, a real Temporal and the workflow bundle, for specs that run plans. */
export interface RunBench {
  readonly test: TestDatabase;
  readonly temporal: TestTemporal;
  readonly bundle: WorkflowBundleWithSourceMap;
  readonly runs: RunRepository;
  readonly history: HistoryRepository;
  /** What whoever follows a run reads of it. */
  eventsOf(run: Pick<AcceptedRun, 'teamId' | 'runId'>): Promise<RunEvent[]>;
  /** Accepts a run of a definition as the API would, and rings the relay. */
  accept(definition: Definition, given?: Given): Promise<AcceptedRun>;
  /** The same of a plan, whatever the compiler would say to it. */
  acceptPlan(plan: Plan, given?: Given): Promise<AcceptedRun>;
  close(): Promise<void>;
}

export interface Given {
  readonly inputs?: Outputs;
  readonly system?: Outputs;
  /** Default: a team of its own. */
  readonly owner?: { readonly teamId: TeamId; readonly appId: AppId };
}

export interface AcceptedRun {
  readonly teamId: TeamId;
  readonly appId: AppId;
  readonly runId: RunId;
  readonly plan: Plan;
  /** Resolves with the row when the run has ended. */
  ended(): Promise<RunRecord>;
}

/** Starts everything; workers come from `startTestWorker`. */
export async function startRunBench(): Promise<RunBench> {
  const [test, temporal, bundle] = await Promise.all([startTestDatabase(), startTestTemporal(), buildBundle()]);
  const runs = new RunRepository(test.database);
  return {
    test,
    temporal,
    bundle,
    runs,
    history: new HistoryRepository(test.database),
    eventsOf: (run) => eventsOf(test.database, run),
    accept: (definition, given) => acceptPlan(test, runs, compiled(definition), given),
    acceptPlan: (plan, given) => acceptPlan(test, runs, plan, given),
    close: async () => {
      await temporal.stop();
      await test.close();
    },
  };
}

function buildBundle(): Promise<WorkflowBundleWithSourceMap> {
  const workflowsPath = path.resolve(import.meta.dirname, '../../../workflows/src/workflows.ts');
  return bundleWorkflows(workflowsPath, new DefaultLogger('ERROR'));
}

/** Workflow code of a test's own: what it changes of our modules is not frozen. @param file  beside this one */
export function bundleOtherWorkflows(file: string): Promise<WorkflowBundleWithSourceMap> {
  const workflowsPath = path.join(import.meta.dirname, file);
  return bundleWorkflows(workflowsPath, new DefaultLogger('ERROR'), { preloadModules: [] });
}

/** The plan of a definition. @throws Error with the issues when it has errors */
export function compiled(definition: Definition): Plan {
  const result = compile(definition, nodeDefinitions);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.plan;
}

async function acceptPlan(
  test: TestDatabase,
  runs: RunRepository,
  plan: Plan,
  given: Given = {},
): Promise<AcceptedRun> {
  const hash = hashOf(plan);
  const { teamId, appId } = given.owner ?? (await seedApp(test.database, plan, hash));
  const owner = { teamId, appId };
  await test.database.rows(
    'insert into plan (team_id, hash, document) values ($1, $2, $3::json) on conflict do nothing',
    [teamId, hash, JSON.stringify(plan)],
  );
  const { id: runId } = await runs.accept({
    ...owner,
    id: newId<RunId>(),
    versionId: null,
    planHash: hash,
    conversationId: null,
    channel: 'test',
    createdBy: null,
    inputs: given.inputs ?? {},
    system: given.system ?? {},
  });
  return { ...owner, runId, plan, ended: () => untilEnded(test, runs, owner.teamId, runId) };
}

async function untilEnded(test: TestDatabase, runs: RunRepository, teamId: TeamId, runId: RunId): Promise<RunRecord> {
  const client = await test.database.connect();
  try {
    // a database that is killed is asked again by the poll
    client.on('error', () => undefined);
    await client.query(`listen ${CHANNELS.run}`);
    let wake: () => void = () => undefined;
    client.on('notification', () => wake());
    // a bell may be lost with a killed server; asking once a second bounds that
    const poll = setInterval(() => wake(), 1_000);
    try {
      for (;;) {
        const heard = new Promise<void>((resolve) => (wake = resolve));
        const run = await runs.find(teamId, runId).catch(() => undefined);
        if (run?.finishedAt) return run;
        await heard;
      }
    } finally {
      clearInterval(poll);
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Wakes the relays of all workers. */
export function ringRelay({ test }: RunBench): Promise<void> {
  return ring(test.database, CHANNELS.relay);
}
