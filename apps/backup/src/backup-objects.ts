import type { TableCopy } from '@tenon/database';
import type { ObjectStore } from '@tenon/ports';
import type { AddEntry } from './archive-writer.js';
import { backupErrors } from './errors.js';
import { NAMES } from './manifest.js';

const PAGE = 5_000;

/**
 * Makes sure that the objects lie where the settings say. An uploaded file that is not there is an error. A text in a run
 * may look like the name of a large value without being one, so only when none of them is there it is an error.
 * @returns how many large values are not there
 * @throws backup.objectsMissing
 */
export async function checkObjects(copy: TableCopy, objects: ObjectStore, folder: string): Promise<number> {
  for await (const key of copy.readObjectKeys('files')) if (!(await objects.has(key))) throw missing(folder, key);
  let found = 0;
  let lost = '';
  let count = 0;
  for await (const key of copy.readObjectKeys('runs')) {
    if (await objects.has(key)) found++;
    else {
      count++;
      lost = key;
    }
  }
  if (count > 0 && found === 0) throw missing(folder, lost);
  return count;
}

function missing(folder: string, key: string) {
  return backupErrors.objectsMissing(
    `${folder} lacks ${key}, which the database names: set TENON_OBJECTS_DIR as for "npm start", or put the folder back.`,
  );
}

/** Adds every object. @returns how many */
export async function addObjects(objects: ObjectStore, add: AddEntry, show: (state: string) => void): Promise<number> {
  let count = 0;
  for (let after = ''; ;) {
    const page = await objects.list('', after, PAGE);
    for (const key of page) {
      await add(`${NAMES.objects}${key}`, await objects.get(key));
      show(`${++count} files and large values`);
    }
    if (page.length < PAGE) return count;
    after = page.at(-1) as string;
  }
}
