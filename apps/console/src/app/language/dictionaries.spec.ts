import { IntlMessageFormat } from 'intl-messageformat';
import { en } from './en.js';
import { apps } from './en/apps.js';
import { frame } from './en/frame.js';
import { models } from './en/models.js';
import { runs } from './en/runs.js';
import { zhHans } from './zh-hans.js';

type Part = ReturnType<IntlMessageFormat['getAst']>[number];

/** Names of the places in a text. */
function placesOf(text: string, language: string): string[] {
  const names = (parts: readonly Part[]): string[] =>
    parts.flatMap((part) => [
      ...('value' in part && part.type !== 0 ? [part.value] : []),
      ...('options' in part ? Object.values(part.options).flatMap(({ value }) => names(value)) : []),
    ]);
  const { ast } = { ast: new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).getAst() };
  return [...new Set(names(ast))].sort();
}

describe('the dictionaries', () => {
  it.each(Object.entries(en))('fill the same places of %s', (key, text) => {
    expect(placesOf(zhHans[key as keyof typeof en], 'zh-Hans')).toEqual(placesOf(text, 'en'));
  });

  it('say nothing twice: keys are sorted in each part, and stand in one', () => {
    const keys = [apps, frame, models, runs].map((part) => Object.keys(part));
    for (const ofPart of keys) expect(ofPart).toEqual(ofPart.toSorted());
    expect(keys.flat().toSorted()).toEqual(Object.keys(en).toSorted());
  });

  it('leave no text in English', () => {
    const untranslated = Object.entries(zhHans).filter(([key, text]) => text === en[key as keyof typeof en]);
    // what is a name in both
    expect(untranslated.map(([key]) => key)).toEqual([
      'node.llm',
      'run.version',
      'value.form.json',
      'value.form.markdown',
    ]);
  });
});
