import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Settings with which the instance of a data folder was started last, as its launcher left them, for whoever does not set
 * them again: where its objects lie, if that is still there. Nothing for a folder in which none was started.
 */
export function settingsOfLastStart(folder = ''): { readonly TENON_OBJECTS_DIR?: string } {
  const objectsFolder = readObjectsFolder(path.join(folder, 'status.json'));
  return objectsFolder !== undefined && existsSync(objectsFolder) ? { TENON_OBJECTS_DIR: objectsFolder } : {};
}

function readObjectsFolder(file: string): string | undefined {
  try {
    const { start } = JSON.parse(readFileSync(file, 'utf8')) as { start?: { objectsFolder?: string } };
    return start?.objectsFolder;
  } catch {
    return undefined;
  }
}
