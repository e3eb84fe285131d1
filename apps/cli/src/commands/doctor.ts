import { ApiClient } from '../api/client.js';
import { isTenonError } from '@tenon/base';
import { examineInstance, type Examination } from '../doctor/examine-instance.js';
import { examineMachine } from '../doctor/examine-machine.js';
import { trouble, type Finding } from '../doctor/finding.js';
import { examineProcesses, readProcessHealth } from '../doctor/process-health.js';
import { EXIT } from '../exit-code.js';
import { findNamedTarget, readInstanceFile } from '../instance/instance-file.js';
import { findLauncher } from '../instance/join-instance.js';
import type { CommandContext } from '../instance/with-instance.js';

/** `tenon doctor`: looks at everything that must be right, and says what to do where it is not. */
export async function doctorCommand(context: CommandContext, options: { readonly json?: boolean }): Promise<number> {
  const { config, terminal } = context;
  const isNamed = config.client.url !== undefined;
  const machine = isNamed ? [] : await examineMachine(config);
  const instance = await examine(context);
  const findings = [...machine, ...instance.findings];
  if (options.json) terminal.result(JSON.stringify({ isReachable: instance.isReachable, findings }));
  else {
    const width = Math.max(...findings.map(({ what }) => what.length));
    for (const finding of findings) show(context, finding, width);
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
    const processes = examineProcesses(await readProcessHealth(config.data.folder));
    return { ...found, findings: [...found.findings, ...processes] };
  } catch (error) {
    if (!isTenonError(error)) throw error;
    return notThere('instance', 'unknown', error.message);
  }
}

function notThere(what: string, state: string, advice: string): Examination {
  return { isReachable: false, findings: [trouble(what, state, advice)] };
}

function show({ terminal }: CommandContext, { level, what, state, advice }: Finding, width: number): void {
  const mark = { ok: '✓', warning: '!', trouble: '✗' }[level];
  const style = ({ ok: 'green', warning: 'yellow', trouble: 'red' } as const)[level];
  terminal.result(`${terminal.paint(style, mark, 'out')} ${what.padEnd(width)}  ${state}`);
  if (advice) terminal.result(`  ${' '.repeat(width)}  ${terminal.paint('bold', `→ ${advice}`, 'out')}`);
}
