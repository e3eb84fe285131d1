import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve(import.meta.dirname, '../../apps/console/src/app/language/en');

/** Every key of a text of the console. One that a page shows has no text there. */
export const TEXT_KEYS: readonly string[] = readdirSync(FOLDER).flatMap((file) =>
  [...readFileSync(path.join(FOLDER, file), 'utf8').matchAll(/^ {2}'([^']+)':/gm)].map(([, key]) => key ?? ''),
);
