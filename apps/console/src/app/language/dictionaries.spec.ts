import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { en } from './en.js';
import { apps } from './en/apps.js';
import { frame } from './en/frame.js';
import { importing } from './en/import.js';
import { models } from './en/models.js';
import { runs } from './en/runs.js';
import { zhHans } from './zh-hans.js';
import { problems } from './zh-hans/problems.js';

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

/** Every code that the sources of the product name: by `defineErrors`, whole, or as a reason of an area. */
async function codesOfSources(): Promise<ReadonlySet<string>> {
  const root = path.resolve(__dirname, '../../../../..');
  const codes = new Set<string>();
  for (const folder of ['libs', 'apps/api', 'temporal'])
    for (const file of await readdir(path.join(root, folder), { recursive: true })) {
      if (!file.includes('src') || !file.endsWith('.ts') || file.endsWith('.spec.ts') || file.includes('node_modules'))
        continue;
      const text = await readFile(path.join(root, folder, file), 'utf8');
      for (const [, area, body] of text.matchAll(/defineErrors\('(\w+)', \{([^}]*)\}/g))
        for (const [, reason] of (body ?? '').matchAll(/(\w+): '/g)) codes.add(`${area}.${reason}`);
      for (const [, code] of text.matchAll(/'([a-z]\w*\.[a-z]\w*)'/gi)) codes.add(code ?? '');
      const area = /`(\w+)\.\$\{reason\}`/.exec(text)?.[1];
      if (area) for (const [, reason] of text.matchAll(/'([a-z]\w+)'/gi)) codes.add(`${area}.${reason}`);
    }
  return codes;
}

describe('the dictionaries', () => {
  it.each(Object.entries(en))('fill the same places of %s', (key, text) => {
    expect(placesOf(zhHans[key as keyof typeof en], 'zh-Hans')).toEqual(placesOf(text, 'en'));
  });

  it('say nothing twice: keys are sorted in each part, and stand in one', () => {
    const keys = [apps, frame, importing, models, runs, problems].map((part) => Object.keys(part));
    for (const ofPart of keys) expect(ofPart).toEqual(ofPart.toSorted());
    expect(keys.flat().toSorted()).toEqual(Object.keys(zhHans).toSorted());
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

  it('say something to codes that there are, and take nothing but the message of the API', async () => {
    const codes = await codesOfSources();
    const unknown = Object.keys(problems).filter((key) => !codes.has(key.replace('problem.', '')));
    expect(unknown).toEqual([]);
    const places = new Set(Object.values(problems).flatMap((text) => placesOf(text, 'zh-Hans')));
    expect([...places]).toEqual(['message']);
  });
});
