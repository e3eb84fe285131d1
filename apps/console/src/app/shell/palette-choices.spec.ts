import { appIn, matching, runIdIn, type ChoiceGroup } from './palette-choices.js';

const icon = { name: 'x', node: [] } as never;
const choice = (label: string, hint?: string) => ({ id: label, label, icon, ...(hint && { hint }) });
const groups: readonly ChoiceGroup[] = [
  { heading: 'palette.apps', choices: [choice('Content moderation', 'Chatflow'), choice('Mail'), choice('E-Mail')] },
  { heading: 'palette.acts', choices: [choice('Import an app')] },
];
const labels = (typed: string) => matching(groups, typed, 'en').map(({ choices }) => choices.map(({ label }) => label));

it('all words count, in the label or beside it; what begins with the first comes first', () => {
  expect(labels('mail')).toEqual([['Mail', 'E-Mail']]);
  expect(labels('CHATFLOW cont')).toEqual([['Content moderation']]);
  expect(labels('import')).toEqual([['Import an app']]);
  expect(labels('nothing such')).toEqual([]);
});

it('a prefix says what is looked for; alone it shows all of that', () => {
  expect(labels('@')).toHaveLength(1);
  expect(labels('@i')).toEqual([['Content moderation', 'Mail', 'E-Mail']]);
  expect(labels('/app')).toEqual([['Import an app']]);
  expect(labels('')).toHaveLength(2);
});

it('the id of a run is known as one', () => {
  expect(runIdIn(' 01A22E04-8f49-70df-a32f-bf221fb49331 ')).toBe('01a22e04-8f49-70df-a32f-bf221fb49331');
  expect(runIdIn('01a22e04')).toBeUndefined();
});

it('what was found by the words is not sifted again, and what may be an app is looked for', () => {
  const found: readonly ChoiceGroup[] = [{ heading: 'palette.apps', choices: [choice('Mail')], isFound: true }];
  expect(matching(found, 'a word of its description', 'en')).toHaveLength(1);
  expect(matching(found, '>mod', 'en')).toHaveLength(0);
  expect(['mail ', '@mail', '@', '/mail', '>mail'].map(appIn)).toEqual(['mail', 'mail', '', '', '']);
  expect(appIn('01a22e04-8f49-70df-a32f-bf221fb49331')).toBe('');
});
