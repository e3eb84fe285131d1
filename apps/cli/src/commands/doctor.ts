import { ApiClient } from '../api/client.js';
import { isTenonError } from '@tenon/base';
import { redactFields, rememberSecret, type Config } from '@tenon/platform';
import { examineInstance, type Examination } from '../doctor/examine-instance.js';
import { examineMachine } from '../doctor/examine-machine.js';
import { byImportance, trouble, type Finding } from '../doctor/finding.js';
import { findLogSign } from '../doctor/log-signs.js';
import { examineProcesses, readStatus } from '../doctor/process-health.js';
import { EXIT } from '../exit-code.js';
import { findNamedTarget, readInstanceFile } from '../instance/instance-file.js';
import { findLauncher } from '../instance/join-instance.js';
import type { CommandContext } from '../instance/with-instance.js';

/**
 * `tenon doctor`: looks at everything that must be right, and says what to do where it is not, causes before what follows
 * from them.
 */
export async function doctorCommand(context: CommandContext, options: { readonly json?: boolean }): Promise<number> {
  const { config, terminal } = context;
  const isNamed = config.client.url !== undefined;
  const machine = isNamed ? [] : await examineMachine(config);
  const instance = await examine(context);
  await rememberToken(config);
  const findings = byImportance([...machine, ...instance.findings]).map(
    (finding) => redactFields(finding) as unknown as Finding,
  );
  if (options.json) terminal.result(JSON.stringify({ isReachable: instance.isReachable, findings }));
  else {
    const width = Math.max(...findings.map(({ what }) => what.length));
    findings.forEach((finding, index) => {
      // what is to be done about several signs of one trouble is said once, after them
      const isRepeated = finding.advice !== undefined && findings[index + 1]?.advice === finding.advice;
      show(context, finding, width, !isRepeated);
    });
  }
  if (!instance.isReachable) return EXIT.noInstance;
  return findings.some(({ level }) => level === 'trouble') ? EXIT.failed : EXIT.succeeded;
}

async function examine({ config, signal }: CommandContext): Promise<Examination> {
  try {
    const named = await findNamedTarget(config);
    if (named) return await examineInstance(new ApiClient(named, signal), 'Check TENON_URL, and start Tenon there.');
    // An address that was written by a launcher that is gone may be anybody's by now: the token is not shown there.
    const known = (await findLauncher(config)) === undefined ? undefined : await readInstanceFile(config.data);
    if (!known) return notThere('api', 'not running', 'Start Tenon with "npm start".');
    const found = await examineInstance(new ApiClient(known, signal), 'Tenon is about to start, or look at its logs.');
    if (found.isReachable) return found;
    const { folder } = config.data;
    const { processes = [] } = (await readStatus(folder)) ?? {};
    const health = await examineProcesses(processes, (name) => findLogSign(folder, name));
    return { ...found, findings: [...found.findings, ...health] };
  } catch (error) {
    if (!isTenonError(error)) throw error;
    return notThere('instance', 'unknown', error.message);
  }
}

function notThere(what: string, state: string, advice: string): Examination {
  return { isReachable: false, findings: [trouble(what, state, advice)] };
}

/** It may stand in a message or a log and must not be shown, no more than the secrets of the settings. */
async function rememberToken({ data }: Config): Promise<void> {
  const known = await readInstanceFile(data).catch(() => undefined);
  if (known) rememberSecret(known.token);
}

function show(
  { terminal }: CommandContext,
  { level, what, state, advice }: Finding,
  width: number,
  isAdvised: boolean,
): void {
  const mark = { ok: '✓', warning: '!', trouble: '✗' }[level];
  const style = ({ ok: 'green', warning: 'yellow', trouble: 'red' } as const)[level];
  terminal.result(`${terminal.paint(style, mark, 'out')} ${what.padEnd(width)}  ${state}`);
  if (advice && isAdvised) terminal.result(`  ${' '.repeat(width)}  ${terminal.paint('bold', `→ ${advice}`, 'out')}`);
}
