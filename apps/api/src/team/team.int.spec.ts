import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => void (bench = await startApiBench()), 60_000);
afterAll(() => bench.close());

const READ = '{ teamSettings { keepRunsDays keepTestRunsDays instanceKeepRunsDays instanceKeepTestRunsDays } }';
const SAVE = `mutation ($input: SaveTeamSettingsInput!) { saveTeamSettings(input: $input) {
  settings { keepRunsDays keepTestRunsDays } errors { code path } } }`;

it('a team says how long its runs are kept, for itself alone', async () => {
  const instance = { instanceKeepRunsDays: 90, instanceKeepTestRunsDays: 14 };
  const unset = { keepRunsDays: null, keepTestRunsDays: null };
  expect(await bench.owner.ask(READ)).toEqual({ teamSettings: { ...unset, ...instance } });
  const settings = { keepRunsDays: 30, keepTestRunsDays: null };
  expect(await bench.owner.ask(SAVE, { input: { keepRunsDays: 30 } })).toEqual({
    saveTeamSettings: { settings, errors: [] },
  });
  expect(await bench.owner.ask(READ)).toEqual({ teamSettings: { ...settings, ...instance } });
  expect(await bench.stranger.ask(READ)).toEqual({ teamSettings: { ...unset, ...instance } });
});

it('names the three owners who were first, to everybody of the team', async () => {
  const { viewer } = await bench.owner.ask('{ viewer { email team { id owners } } }');
  expect(viewer.team.owners).toEqual([viewer.email]);
  const member = await bench.join(viewer.team.id as string, 'member');
  const others = [];
  for (let n = 0; n < 3; n += 1) others.push((await bench.join(viewer.team.id as string, 'owner')).email);
  const seen = await member.ask('{ viewer { team { owners } } }');
  expect(seen.viewer.team.owners).toEqual([viewer.email, ...others.slice(0, 2)]);
});

it('what is left out stays, and null lets the instance decide again', async () => {
  await bench.owner.ask(SAVE, { input: { keepRunsDays: 30, keepTestRunsDays: 5 } });
  const saved = async (input: object) =>
    (await bench.owner.ask(SAVE, { input }))['saveTeamSettings'].settings as object;
  expect(await saved({ keepRunsDays: 31 })).toEqual({ keepRunsDays: 31, keepTestRunsDays: 5 });
  expect(await saved({ keepRunsDays: null, keepTestRunsDays: null })).toEqual({
    keepRunsDays: null,
    keepTestRunsDays: null,
  });
});

it('a number of days that makes no sense is refused with its place', async () => {
  const { saveTeamSettings } = await bench.owner.ask(SAVE, { input: { keepRunsDays: 3, keepTestRunsDays: 0 } });
  expect(saveTeamSettings).toEqual({
    settings: null,
    errors: [{ code: 'team.invalidDays', path: ['keepTestRunsDays'] }],
  });
});

describe('B70 a budget of tokens', () => {
  const BUDGET = '{ tokenBudget { tokensPerDay usedToday renewedAt } teamSettings { instanceTokensPerDay } }';
  const START = 'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } errors { code message } } }';
  const save = (tokensPerDay: number | null) =>
    bench.owner.ask(
      `mutation ($input: SaveTeamSettingsInput!) {
        saveTeamSettings(input: $input) { settings { tokensPerDay } errors { code path } } }`,
      { input: { tokensPerDay } },
    );
  const use = (tokens: number) =>
    bench.database.rows(
      `insert into app_usage
       select id, id, (now() at time zone 'utc')::date, 1, 0, 0, $1::bigint, 0, 0, 0 from team where name = 'My team'
       on conflict (team_id, day, app_id) do update set tokens = excluded.tokens`,
      [tokens],
    );

  it('is the team\u2019s to settle, and shown with what is used of it', async () => {
    expect(await save(5e12)).toMatchObject({ saveTeamSettings: { settings: { tokensPerDay: 5e12 }, errors: [] } });
    await use(3e10);
    expect(await bench.owner.ask(BUDGET)).toEqual({
      tokenBudget: {
        ...{ tokensPerDay: 5e12, usedToday: 3e10 },
        renewedAt: expect.stringMatching(/T00:00:00\.000Z$/) as string,
      },
      teamSettings: { instanceTokensPerDay: null },
    });
    expect(await save(-1)).toMatchObject({
      saveTeamSettings: { settings: null, errors: [{ code: 'team.invalidTokens', path: ['tokensPerDay'] }] },
    });
  });

  it('that is spent lets no run start, and says why; a run that was accepted stays accepted', async () => {
    const content = await readFile(path.resolve(import.meta.dirname, '../../../../examples/chatbot.yml'), 'utf8');
    const { importApp } = await bench.owner.ask(
      'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } } }',
      { input: { content } },
    );
    const appId = importApp.app.id as string;
    const { publishApp } = await bench.owner.ask(
      'mutation ($id: ID!) { publishApp(input: { appId: $id }) { errors { code } } }',
      { id: appId },
    );
    expect(publishApp.errors).toEqual([]);
    const input = { appId, useDraft: true, query: 'hi', idempotencyKey: 'once' };
    await save(1_000);
    await use(999);
    const { startRun: first } = await bench.owner.ask(START, { input });
    expect(first.errors).toEqual([]);
    await use(1_000);
    for (const useDraft of [true, false]) {
      const { status, headers, body } = await bench.owner.post(START, {
        input: { ...input, useDraft, idempotencyKey: 'another' },
      });
      // until the next day in UTC
      const waitSeconds = Number(headers.get('retry-after'));
      expect([status, waitSeconds > 0, waitSeconds <= 86_400]).toEqual([429, true, true]);
      expect(body.data.startRun).toEqual({
        run: null,
        errors: [
          {
            code: 'budget.spent',
            message: expect.stringContaining('has used 1000 of the 1000 tokens that it may use in a day') as string,
          },
        ],
      });
    }
    expect((await bench.owner.ask(START, { input })).startRun).toEqual({ run: first.run, errors: [] });
    await save(1_001);
    const third = await bench.owner.ask(START, { input: { ...input, idempotencyKey: 'another' } });
    expect(third.startRun).toMatchObject({ run: { id: expect.any(String) as string }, errors: [] });
  });
});
