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

it('a number of days that makes no sense is refused with its place', async () => {
  const { saveTeamSettings } = await bench.owner.ask(SAVE, { input: { keepRunsDays: 3, keepTestRunsDays: 0 } });
  expect(saveTeamSettings).toEqual({
    settings: null,
    errors: [{ code: 'team.invalidDays', path: ['keepTestRunsDays'] }],
  });
});
