import { isTenonError } from '@tenon/base';
import { loadConfig } from '@tenon/platform';
import { cliErrors } from './errors.js';
import { EXIT, exitCodeOfError } from './exit-code.js';
import { parseCommandLine } from './program.js';
import { pathText } from './render/issue-lines.js';
import { Terminal } from './terminal.js';

/** What a shell makes of a program that ended because its reader left, or that was told to end. */
const EXIT_OF_SIGNAL = { SIGPIPE: 141, SIGTERM: 143, SIGHUP: 129 } as const;

/** npm passes a Ctrl-C on although the terminal has sent it already: within this time it is the same one. */
const SAME_SIGNAL_MS = 1_000;

const terminal = new Terminal(process.stdout, process.stderr, process.env);
for (const stream of [process.stdout, process.stderr]) stream.on('error', leaveWithReader);

process.exitCode = await main();

async function main(): Promise<number> {
  const ending = new AbortController();
  let exitCode: number | undefined;
  let endedMs = 0;
  const end = (signal: NodeJS.Signals) => {
    if (ending.signal.aborted) {
      // A second one does not wait; an instance that was started for the command ends in order by itself.
      if (Date.now() - endedMs > SAME_SIGNAL_MS) process.exit(EXIT.interrupted);
      return;
    }
    endedMs = Date.now();
    if (signal !== 'SIGINT') exitCode = EXIT_OF_SIGNAL[signal as 'SIGTERM' | 'SIGHUP'];
    ending.abort(cliErrors.interrupted('Interrupted.'));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  try {
    const act = await parseCommandLine(process.argv.slice(2), terminal);
    if (typeof act === 'number') return act;
    return await act({ config: loadConfig(process.env), terminal, signal: ending.signal });
  } catch (error) {
    fail(error);
    return exitCode ?? exitCodeOfError(error);
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}

/** What a person can act on is a sentence; anything else is our mistake and needs its stack. */
function fail(error: unknown): void {
  if (!isTenonError(error))
    return terminal.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const { problems } = error.details as { problems?: readonly Problem[] };
  const lines = Array.isArray(problems) ? problems.map(sayProblem) : [error.message];
  for (const line of lines) terminal.note(terminal.paint('red', line));
}

type Problem = string | { readonly message: string; readonly path?: readonly string[] };

function sayProblem(problem: Problem): string {
  if (typeof problem === 'string') return problem;
  const { message, path } = problem;
  return path?.length ? `${pathText(path)}: ${message}` : message;
}

function leaveWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT_OF_SIGNAL.SIGPIPE);
}
