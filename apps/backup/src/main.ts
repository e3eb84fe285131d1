import { isTenonError } from '@tenon/base';
import { loadConfig } from '@tenon/platform';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createBackup } from './create-backup.js';
import { backupErrors } from './errors.js';
import { settingsOfLastStart } from './last-start.js';
import { restoreBackup } from './restore-backup.js';

/*
 * `main.js create FILE FOLDER` and `main.js restore FILE FOLDER`, for the command line: what happens to the data folder,
 * and how it ends, goes to the parent as messages.
 */

// Everything in a backup and in a data folder is for their owner only.
process.umask(0o077);

const SHOW_EVERY_MS = 100;
const root = path.resolve(import.meta.dirname, '../../..');

/** What the parent is told. */
export type BackupMessage =
  | { readonly type: 'state'; readonly text: string }
  | { readonly type: 'done'; readonly report: object }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const)
  process.on(signal, () => (isEnding = true));

try {
  const report = await work();
  await tell({ type: 'done', report });
} catch (error) {
  const isPlain = isTenonError(error);
  if (!isPlain) process.stderr.write(`${(error as Error).stack}\n`);
  const message = isPlain ? error.message : `This should not happen: ${(error as Error).message}`;
  await tell({ type: 'failed', code: isPlain ? error.code : 'internal', message });
  process.exitCode = 1;
}
if (process.connected) process.disconnect();

function work(): Promise<object> {
  const [command, file = '', folder] = process.argv.slice(2);
  const config = loadConfig({ ...settingsOfLastStart(folder), ...process.env, TENON_DATA_DIR: folder });
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  if (command === 'create') return createBackup(config, { file: path.resolve(file), release: version }, show);
  if (command === 'restore') return restoreBackup(config, path.resolve(file), show);
  throw new Error(`there is no command ${command}`);
}

let toldMs = 0;

/** Called at each piece of the work, which therefore ends here when it is told to, and undoes what it has begun. */
function show(text: string): void {
  if (isEnding) throw backupErrors.interrupted('Interrupted: nothing was kept of it.');
  if (Date.now() - toldMs < SHOW_EVERY_MS) return;
  toldMs = Date.now();
  void tell({ type: 'state', text });
}

function tell(message: BackupMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
