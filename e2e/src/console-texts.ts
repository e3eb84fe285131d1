import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve(import.meta.dirname, '../../apps/console/src/app/language');

function textsOf(language: string): readonly (readonly [key: string, text: string])[] {
  return readdirSync(path.join(FOLDER, language)).flatMap((file) =>
    [...readFileSync(path.join(FOLDER, language, file), 'utf8').matchAll(/^ {2}'([^']+)':\s*(?:'([^']*)')?/gm)].map(
      ([, key = '', text = '']) => [key, text] as const,
    ),
  );
}

const chinese = new Set(textsOf('zh-hans').map(([, text]) => text));

/** Every key of a text of the console. One that a page shows has no text there. */
export const TEXT_KEYS: readonly string[] = textsOf('en').map(([key]) => key);

/** Sentences that nobody reads in a console that speaks Chinese. */
export const ENGLISH_TEXTS: readonly string[] = textsOf('en')
  .map(([, text]) => text)
  .filter((text) => text.includes(' ') && !/[{<]/.test(text) && !chinese.has(text));
