import { startApiBench, type ApiBench } from '../testing/api-bench.js';

const SAVE = `mutation ($input: SaveAppearanceInput!) {
  saveAppearance(input: $input) { appearance { language theme announcesRuns hasLetterKeys } errors { code path } }
}`;
const VIEWER = '{ viewer { appearance { language theme announcesRuns hasLetterKeys } } }';

const NOTHING = { language: null, theme: null, announcesRuns: null, hasLetterKeys: null };

let bench: ApiBench;
beforeAll(async () => (bench = await startApiBench()), 60_000);
afterAll(() => bench.close());

const seenBy = async (who: Pick<ApiBench['owner'], 'ask'>) => (await who.ask(VIEWER)).viewer.appearance as object;

it('how a member sees the console is kept, a part at a time, and is no other member’s', async () => {
  const teamId = (await bench.owner.ask('{ viewer { team { id } } }')).viewer.team.id as string;
  const member = await bench.join(teamId, 'member');
  expect(await seenBy(bench.owner)).toEqual(NOTHING);
  await bench.owner.ask(SAVE, { input: { language: 'zh-Hans' } });
  const { saveAppearance } = await bench.owner.ask(SAVE, { input: { theme: 'DARK' } });
  const chosen = { language: 'zh-Hans', theme: 'DARK', announcesRuns: null, hasLetterKeys: null };
  expect(saveAppearance).toEqual({ appearance: chosen, errors: [] });
  await bench.owner.ask(SAVE, { input: { announcesRuns: false } });
  await bench.owner.ask(SAVE, { input: { hasLetterKeys: true } });
  expect(await seenBy(bench.owner)).toEqual({ ...chosen, announcesRuns: false, hasLetterKeys: true });
  expect(await seenBy(member)).toEqual(NOTHING);
});

it.each(['not a tag!', '', 'x'.repeat(40)])('%j is no language', async (language) => {
  const { saveAppearance } = await bench.owner.ask(SAVE, { input: { language } });
  expect(saveAppearance).toMatchObject({ appearance: null, errors: [{ code: 'appearance.invalidLanguage' }] });
});
