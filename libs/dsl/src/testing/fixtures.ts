import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Our own app files: those that are read, and those that are refused, named after the code of the issue. */
export function fixtures(kind: 'accepted' | 'rejected'): readonly { readonly name: string; readonly text: string }[] {
  const folder = join(__dirname, '../__fixtures__', kind);
  const names = readdirSync(folder).sort();
  return names.map((file) => ({
    name: file.replace(/\.(yml|json)$/, ''),
    text: readFileSync(join(folder, file), 'utf8'),
  }));
}

/** The text of one accepted fixture. */
export function acceptedFixture(name: string): string {
  const found = fixtures('accepted').find((fixture) => fixture.name === name);
  if (!found) throw new Error(`There is no fixture ${name}.`);
  return found.text;
}
