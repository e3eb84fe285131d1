// What the set-up prints: one line per long step, with how far it is and how long it takes so far.

const isTerminal = process.stderr.isTTY === true;
const QUIET_EVERY_MS = 10_000;

/** A failure that the person can act on: printed without a stack, exit code 1. */
export class SetupError extends Error {}

/** `7 s`, `1 min 20 s`. */
export function elapsed(sinceMs) {
  const seconds = Math.round((Date.now() - sinceMs) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Runs a long step and shows that it goes on: in a terminal one line that is rewritten, elsewhere a line every ten
 * seconds. `work` gets a function that says how far it is, such as `120 of 1500 packages`.
 */
export async function step(what, work) {
  const startedAt = Date.now();
  let state = '';
  let lastQuietAt = startedAt;
  const line = () => `${what}${state && `: ${state}`} (${elapsed(startedAt)})`;
  const show = () => {
    if (isTerminal) process.stderr.write(`\r\x1b[2K${line()}`);
    else if (Date.now() - lastQuietAt >= QUIET_EVERY_MS) {
      lastQuietAt = Date.now();
      console.error(line());
    }
  };
  if (!isTerminal) console.error(`${what} …`);
  const timer = setInterval(show, isTerminal ? 250 : 1000);
  try {
    const result = await work((text) => (state = text));
    clearInterval(timer);
    if (isTerminal) process.stderr.write('\r\x1b[2K');
    console.error(`✓ ${what} (${elapsed(startedAt)})`);
    return result;
  } catch (error) {
    clearInterval(timer);
    if (isTerminal) process.stderr.write('\r\x1b[2K');
    console.error(`✗ ${what} (${elapsed(startedAt)})`);
    throw error;
  }
}

/** Runs `main`; a `SetupError` becomes one sentence and exit code 1. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}
