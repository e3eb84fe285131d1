import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A code runner that was started here; `close` ends it. */
export interface CodeRunnerProcess {
  readonly url: string;
  readonly token: string;
  readonly child: ChildProcess;
  close(): Promise<void>;
}

const pathTo = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const TOKEN = 'a-token-for-tests-only';

/**
 * Starts the real process on a free port, from its sources.
 * @param env   variables that differ from those of this process
 * @param left  files that it finds open beside its own
 * @throws     Error with what it printed when it does not start
 */
export async function spawnCodeRunner(
  env: Readonly<Record<string, string>> = {},
  left: readonly (number | 'ignore')[] = [],
): Promise<CodeRunnerProcess> {
  const child = spawn(
    process.execPath,
    ['--import', pathTo('../../../../tools/build/source.mjs'), pathTo('../main.ts')],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...left],
      env: { ...process.env, NODE_OPTIONS: '', TENON_CODE_RUNNER_TOKEN: TOKEN, ...env },
    },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (printed += text.toString()));
  const exited = once(child, 'exit');
  // it ends with this process, so a spec that fails need not wait for it
  for (const handle of [child, child.channel, child.stdout, child.stderr] as ({ unref?: () => void } | null)[])
    handle?.unref?.();
  const ready = new Promise<{ readonly port: number }>((resolve) => {
    child.on('message', (message: { type: string; port: number }) => message.type === 'ready' && resolve(message));
  });
  const first = await Promise.race([ready, exited.then(() => undefined)]);
  if (!first) throw new Error(`The code runner ended: ${printed}`);
  return {
    url: `http://127.0.0.1:${first.port}`,
    token: TOKEN,
    child,
    close: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
