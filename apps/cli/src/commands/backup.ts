import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { cliErrors } from '../errors.js';
import { EXIT } from '../exit-code.js';
import type { CommandContext } from '../instance/with-instance.js';
import { count, describeBytes } from '../render/quantity.js';

/** Beside the built command line lie the other programs. */
const PROGRAM = path.resolve(import.meta.dirname, '../backup/main.js');
const LAUNCHER = path.resolve(import.meta.dirname, '../launcher/main.js');

interface BackupReport {
  readonly file: string;
  readonly sizeBytes: number;
  readonly tables: number;
  readonly objects: number;
  readonly missing: number;
}

interface RestoreReport {
  readonly folder: string;
  readonly objectsFolder: string;
  readonly createdAt: string;
  readonly release: string;
  readonly tables: number;
  readonly objects: number;
  readonly openRuns: number;
}

/** `tenon backup`: writes everything of the instance of this computer to one file. */
export async function backupCommand(context: CommandContext, options: { readonly out?: string }): Promise<number> {
  const { config, terminal } = context;
  // a database that is named is meant, wherever the API is
  if (config.client.url && !config.database.url)
    throw cliErrors.usage(
      'A backup is made on the computer that has the data: unset TENON_URL there, and set TENON_DATA_DIR.',
    );
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const file = path.resolve(options.out ?? `tenon-backup-${time}.tar.gz`);
  const report = await terminal.step('Backing up', (show) =>
    runProgram<BackupReport>(context, ['create', file], config.data.folder, show),
  );
  const { sizeBytes, tables, objects, missing } = report;
  terminal.result(
    `${file}, ${describeBytes(sizeBytes)}: ${count(tables, 'table')}; files and large values: ${objects}.`,
  );
  if (missing > 0)
    terminal.note(`${count(missing, 'large value')} that runs name could not be found in the objects folder.`);
  terminal.note('It holds the key that opens the secrets: keep it where nobody else can read it.');
  return EXIT.succeeded;
}

/** `tenon restore FILE`: gives back everything of a backup. */
export async function restoreCommand(
  context: CommandContext,
  file: string,
  options: { readonly into?: string },
): Promise<number> {
  const { config, terminal } = context;
  const folder = options.into === undefined ? config.data.folder : path.resolve(options.into);
  const report = await terminal.step('Restoring', (show) =>
    runProgram<RestoreReport>(context, ['restore', path.resolve(file)], folder, show),
  );
  const { createdAt, release, tables, objects, objectsFolder, openRuns } = report;
  terminal.result(
    `${folder}: ${count(tables, 'table')}; files and large values: ${objects}, in ${objectsFolder}; of ${createdAt}, written by Tenon ${release}.`,
  );
  const goOn = openRuns === 0 ? '' : ` ${count(openRuns, 'run')} that had not ended will go on.`;
  terminal.result(`${sayStart(folder, objectsFolder)}${goOn}`);
  if (config.temporal.address)
    terminal.note(
      'The Temporal server of TENON_TEMPORAL_ADDRESS may still know runs of before: set TENON_TEMPORAL_NAMESPACE to a new name.',
    );
  return EXIT.succeeded;
}

function sayStart(folder: string, objectsFolder: string): string {
  if (!existsSync(LAUNCHER)) return 'Start it as before.'; // as in a container
  const settings = [
    ...(folder === path.resolve('.tenon') ? [] : [`TENON_DATA_DIR=${folder}`]),
    ...(objectsFolder === path.join(folder, 'objects') ? [] : [`TENON_OBJECTS_DIR=${objectsFolder}`]),
  ];
  return `Start it with "${[...settings, 'npm start'].join(' ')}".`;
}

type Message =
  | { readonly type: 'state'; readonly text: string }
  | { readonly type: 'done'; readonly report: object }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** Runs the backup program to its end. When this command is told to end, it undoes what it has begun. */
function runProgram<Report>(
  { signal }: CommandContext,
  args: readonly string[],
  dataFolder: string,
  show: (state: string) => void,
): Promise<Report> {
  if (!existsSync(PROGRAM))
    throw cliErrors.notStarted(`Tenon is not built (${PROGRAM} is missing): run "npm run build".`);
  // a session of its own: a Ctrl-C reaches it through us alone
  const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM, ...args, dataFolder], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  return new Promise<Report>((resolve, reject) => {
    let outcome: Message | undefined;
    child.on('message', (message: Message) => {
      if (message.type === 'state') show(message.text);
      else outcome = message;
    });
    child.once('error', reject);
    child.once('close', () => {
      if (outcome?.type === 'done') resolve(outcome.report as Report);
      else if (signal.aborted) reject(signal.reason as Error);
      else
        reject(
          cliErrors.backupFailed(
            outcome?.type === 'failed' ? outcome.message : 'The backup program ended in the middle: try again.',
          ),
        );
    });
  }).finally(() => signal.removeEventListener('abort', end));
}
