import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { backupCommand, restoreCommand } from './commands/backup.js';
import { doctorCommand } from './commands/doctor.js';
import { importCommand, type ImportOptions } from './commands/import.js';
import { modelsCommand, pullCommand } from './commands/models.js';
import { resetOwnerCommand } from './commands/owner.js';
import { runCommand, type RunOptions } from './commands/run.js';
import { rotateSecretsCommand } from './commands/secrets.js';
import { runsCommand, type RunsOptions } from './commands/runs.js';
import { showCommand, type ShowOptions } from './commands/show.js';
import { stopCommand } from './commands/stop.js';
import { EXIT } from './exit-code.js';
import type { CommandContext } from './instance/with-instance.js';
import type { Terminal } from './terminal.js';

type Act = (context: CommandContext) => Promise<number>;
/** Remembers what a command line asks for. */
type Choose = (act: Act) => void;

const EXIT_CODES = `
Exit codes: 0 succeeded, 1 failed, 2 wrong usage or input, 3 stopped, 4 no instance can be reached or started,
124 --timeout is over, 130 Ctrl-C.
The instance is the one of TENON_URL and TENON_TOKEN, else the one that runs on TENON_DATA_DIR (.tenon), else one that
is started for the command, shared with others, and stopped after the last of them.`;

const ONE_FILE_ONE_APP = `
A file is one app, known by the whole path of the file: the first time it becomes a new app, later its draft is replaced,
also by "tenon run <file>". A file elsewhere is another app, whatever its name. A draft that was changed by other means
since is replaced only when --app names it. Standard input is a new app each time.
Which app a file became is remembered in the data folder of this computer.`;

const WHAT_A_BACKUP_IS = `
It holds the database, files and large values, and the key that opens the secrets: keep it where nobody else can read it.
Runs that have not ended go on after it is restored; what was finished in them is not done again.`;

const IMPORT_CODES = `
Exit codes: 0 the draft is taken in, whatever is wrong in it, and with --publish published; 2 it could not be read, or with
--publish not published.`;

/**
 * Reads a command line.
 * @returns what it asks for, or the exit code when it was answered already: help, or wrong usage
 */
export async function parseCommandLine(args: readonly string[], terminal: Terminal): Promise<Act | number> {
  let chosen: Act | undefined;
  const program = new Command('tenon').description('Runs apps on Tenon from the command line.');
  program.exitOverride().showHelpAfterError('(--help tells more)').addHelpText('after', EXIT_CODES);
  program.configureOutput({ writeOut: (text) => terminal.write(text), writeErr: (text) => terminal.writeAside(text) });
  const choose: Choose = (act) => (chosen = act);
  addAppCommands(program, choose);
  addRunCommands(program, choose);
  addOtherCommands(program, choose);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help that was asked for ends well; help because nothing was asked for is wrong usage.
    return error.exitCode === 0 ? EXIT.succeeded : EXIT.usage;
  }
  return chosen ?? EXIT.usage;
}

function addAppCommands(program: Command, choose: Choose): void {
  sub(program, 'import <file>')
    .description(
      'take in an app file (- for standard input) as the draft of its app, or those of a zip or at an address as new apps, and list what is wrong in them',
    )
    .addHelpText('after', ONE_FILE_ONE_APP + IMPORT_CODES)
    .option('--publish', 'publish it, so that callers get it')
    .option('--name <name>', 'another name than the file gives')
    .option('--app <id>', 'replace the draft of this app (id or exact name), which is the app of the file from then on')
    .option('--json', 'print one JSON object')
    .action((file: string, options: ImportOptions) => choose((context) => importCommand(context, file, options)));
  sub(program, 'run <file|app>')
    .description('run an app file, or the live version of an app by id or exact name, and print what it gives')
    .option('-i, --input <name=value>', 'a value of the start form; name=@file takes it from a file', collect)
    .option('-q, --query <text>', 'the message to a chatflow')
    .option('--conversation <id>', 'go on with this conversation')
    .option('--draft', 'run the draft of the app instead of its live version')
    .option('--idempotency-key <key>', 'the same key with the same request is the same run')
    .option('--stream', 'print the answer as it comes')
    .option('--json', 'print one JSON object at the end: status, outputs, steps and all else')
    .option('--timeout <seconds>', 'follow it no longer than this; the run goes on', parseSeconds)
    .action((source: string, options: RunOptions) => choose((context) => runCommand(context, source, options)));
}

function addRunCommands(program: Command, choose: Choose): void {
  sub(program, 'runs')
    .description('list the newest runs')
    .option('--app <id>', 'of this app only (id or exact name)')
    .option('--status <names>', 'in these states only, such as failed,stopped')
    .addOption(new Option('--limit <count>', 'how many').argParser(parseLimit).default(20))
    .option('--json', 'print one JSON array')
    .action((options: RunsOptions) => choose((context) => runsCommand(context, options)));
  sub(program, 'show <run>')
    .description('show a run ("last" for the newest): each step with input, output, tries, prompt and reply')
    .option('--full', 'show everything, also what is long, empty or stands elsewhere')
    .option('--json', 'print one JSON object')
    .action((run: string, options: ShowOptions) => choose((context) => showCommand(context, run, options)));
  sub(program, 'stop <run>')
    .description('stop a run ("last" for the newest)')
    .option('--reason <text>', 'why', 'stopped from the command line')
    .action((run: string, { reason }: { reason: string }) => choose((context) => stopCommand(context, run, reason)));
}

function addOtherCommands(program: Command, choose: Choose): void {
  const models = sub(program, 'models')
    .description('show who answers when an app asks a model')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) => choose((context) => modelsCommand(context, options)));
  sub(models, 'pull [model]')
    .description('fetch a local model: local-chat or local-chat-small, by itself the one that fits')
    .action((model: string | undefined) => choose((context) => pullCommand(context, model)));
  const owner = program.command('owner').description('the first member');
  sub(owner, 'reset')
    .description('give the owner a new password and print it')
    .action(() => choose(resetOwnerCommand));
  const secrets = program.command('secrets').description('the stored credentials');
  sub(secrets, 'rotate')
    .description('seal them all with a new key while Tenon goes on, and sign out every browser; may be repeated')
    .action(() => choose(rotateSecretsCommand));
  sub(program, 'backup')
    .description('write everything of the instance of this computer to one file, while it runs or not')
    .addHelpText('after', WHAT_A_BACKUP_IS)
    .option('--out <file>', 'where to; by itself tenon-backup-<time>.tar.gz in this folder')
    .action((options: { out?: string }) => choose((context) => backupCommand(context, options)));
  sub(program, 'restore <file>')
    .description('give back everything of a backup into a data folder that is empty or not there')
    .option('--into <folder>', 'the data folder; by itself that of TENON_DATA_DIR (.tenon)')
    .action((file: string, options: { into?: string }) => choose((context) => restoreCommand(context, file, options)));
  sub(program, 'doctor')
    .description('look at everything that must be right, and say what to do')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) => choose((context) => doctorCommand(context, options)));
}

const sub = (parent: Command, usage: string): Command => parent.command(usage).allowExcessArguments(false);

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 1e6)) throw new InvalidArgumentError('Give a number of seconds above 0.');
  return seconds;
}

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1 to 99999.');
  return Number(text);
}
