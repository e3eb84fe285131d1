import type { RunId, TeamId } from '@tenon/base';
import { closeAttempt, openAttempt, recordEvents } from '@tenon/database';
import type { RunEvent } from '@tenon/engine';
import { appNamed, START, startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
let teamId: TeamId;
beforeAll(async () => {
  bench = await startApiBench();
  const [team] = await bench.test.database.rows<{ id: TeamId }>(`select id from team where name = 'My team'`);
  teamId = team!.id;
}, 60_000);
afterAll(() => bench.close());

async function startedRun(): Promise<RunId> {
  const app = await appNamed(bench, 'Content moderation');
  const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'hi' } });
  return startRun.run.id as RunId;
}
interface File {
  readonly run: { readonly id: string; readonly record?: object };
  readonly steps: readonly { readonly key: string }[];
  readonly events: readonly RunEvent[];
}
const fetchFile = (runId: string) =>
  fetch(`${bench.url}/api/runs/${runId}/file`, { headers: { authorization: `Bearer ${bench.owner.token}` } });

describe('the file of a run', () => {
  it('has its record, every step with what was sent and came back, every event, and what is kept apart', async () => {
    const runId = await startedRun();
    const key = `values/${teamId}/${'0f'.repeat(32)}`;
    await bench.objects.put(key, new TextEncoder().encode('"all of it"'), 'application/json');
    const outputs = { text: { $ref: { key, sizeBytes: 11, mediaType: 'application/json', preview: 'all' } } };
    await recordEvents(bench.database, teamId, runId, [
      { seq: 1, at: 1, type: 'run.started', inputs: {}, pool: { sys: {}, env: {}, conversation: {} }, root: 'start' },
    ]);
    const place = { teamId, runId, stepKey: 'llm', attempt: 1 };
    const events: RunEvent[] = [{ seq: 2, at: 2, type: 'step.started', stepKey: 'llm', inputs: { 'sys.query': 'q' } }];
    await openAttempt(bench.database, place, { workerId: 'w', inputs: { 'sys.query': 'q' }, events });
    const result = { ok: true as const, outputs, exit: 'source' };
    await closeAttempt(bench.database, place, 1, result, { request: 'prompt', reply: 'reply' });

    const response = await fetchFile(runId);
    expect(response.headers.get('content-disposition')).toContain(`run-${runId}.json`);
    const file = (await response.json()) as File;
    expect(file).toMatchObject({
      run: { id: runId, query: 'hi' },
      steps: [
        {
          key: 'llm',
          inputs: { 'sys.query': 'q' },
          attempts: [{ attempt: 1, execution: 1, cause: 'first', request: 'prompt', reply: 'reply', outputs }],
        },
      ],
      values: { [key]: 'all of it' },
    });
    expect(file.events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(file.run.record).toBeUndefined();
  });

  it('has every one of thousands of events and steps, in their order', async () => {
    const runId = await startedRun();
    const steps = Array.from({ length: 2_500 }, (_, index) => `s${index}`);
    await recordEvents(bench.database, teamId, runId, [
      { seq: 1, at: 1, type: 'run.started', inputs: {}, pool: { sys: {}, env: {}, conversation: {} }, root: 'start' },
      ...steps.map((stepKey, index): RunEvent => ({ seq: index + 2, at: 2, type: 'step.skipped', stepKey })),
    ]);
    const file = (await (await fetchFile(runId)).json()) as File;
    expect(file.steps.map(({ key }) => key)).toEqual(steps);
    expect(file.events.map(({ seq }) => seq)).toEqual([1, ...steps.map((_, index) => index + 2)]);
  });

  it('is a whole file also of a run that has done nothing yet, and of none there is none', async () => {
    expect(await (await fetchFile(await startedRun())).json()).toMatchObject({ steps: [], events: [], values: {} });
    const missing = await fetchFile('00000000-0000-7000-8000-000000000000');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ code: 'run.missing' });
  });
});

it('of a run the steps with the given keys are read alone', async () => {
  const runId = await startedRun();
  const [one, two]: RunEvent[] = [
    { seq: 2, at: 2, type: 'step.skipped', stepKey: 'one' },
    { seq: 3, at: 3, type: 'step.skipped', stepKey: 'two' },
  ];
  await recordEvents(bench.database, teamId, runId, [
    { seq: 1, at: 1, type: 'run.started', inputs: {}, pool: { sys: {}, env: {}, conversation: {} }, root: 'start' },
    ...[one!, two!],
  ]);
  const { run } = await bench.owner.ask(
    'query ($id: ID!) { run(id: $id) { all: steps { key } some: steps(keys: ["two", "none"]) { key } step(key: "one") { key } } }',
    { id: runId },
  );
  expect(run).toEqual({ all: [{ key: 'one' }, { key: 'two' }], some: [{ key: 'two' }], step: { key: 'one' } });
});
