import { isTenonError } from '@tenon/base';
import { describeError, loadConfig } from '@tenon/platform';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Launcher } from './launcher.js';
import { Terminal } from './terminal.js';

/** npm passes a Ctrl-C on to us although the terminal has sent it already: within this time it is the same one. */
const SAME_SIGNAL_MS = 1000;

// Secrets and conversations lie in the data folder: what this process and its children make is for their user only.
process.umask(0o077);

const root = path.resolve(import.meta.dirname, '../../..');
const terminal = new Terminal(process.stdout, process.stdout.isTTY === true);
for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreLostReader);
const launcher = createLauncher();
if (launcher) await run(launcher);

function createLauncher(): Launcher | undefined {
  try {
    const isSet = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({ options: { watch: isSet, 'for-commands': isSet } });
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    const config = loadConfig(process.env);
    // a command reads the lines of the launcher that it starts
    if (!values['for-commands']) terminal.obey(config.log);
    return new Launcher({
      config,
      env: process.env,
      distFolder: path.join(root, 'dist'),
      release: version,
      terminal,
      isWatching: values.watch,
      isForCommands: values['for-commands'],
    });
  } catch (error) {
    fail(error);
    return undefined;
  }
}

async function run(started: Launcher): Promise<void> {
  let stopping: Promise<void> | undefined;
  let stoppedAtMs = 0;
  let failure: unknown;
  // The reason of a failed start comes last, where a person looks.
  const exit = () => {
    if (failure !== undefined) fail(failure);
    process.exit();
  };
  const end = () => {
    if (stopping === undefined) {
      stoppedAtMs = Date.now();
      stopping = started.stop().catch((error: unknown) => void (failure ??= error));
      void stopping.then(exit);
    } else if (Date.now() - stoppedAtMs > SAME_SIGNAL_MS) {
      process.exitCode = 1;
      void started.kill().finally(exit);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  process.once('disconnect', () => void started.waitForLastCommand().then(() => stopping ?? end()));
  try {
    await started.start();
  } catch (error) {
    if (stopping) return; // told to end while it started
    failure = error;
    if (process.connected && isTenonError(error)) process.send?.({ type: 'failed', code: error.code });
    end();
  }
}

/** Whoever read what we print may be gone, such as the command that we were started for; the logs are in their files. */
function ignoreLostReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** What a person can act on is one sentence; anything else is our mistake and needs its stack. */
function fail(error: unknown): void {
  process.exitCode = 1;
  const say = (line: string) => terminal.tell(line, 'error');
  const { code } = error as NodeJS.ErrnoException;
  if (isTenonError(error)) say(`\n${error.message}`);
  else if (code === 'ENOSPC' || code === 'EDQUOT') say('\nThe disk is full: free some space and start again.');
  else if (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS')) say(`\n${(error as Error).message}`);
  else say(describeError(error));
}
