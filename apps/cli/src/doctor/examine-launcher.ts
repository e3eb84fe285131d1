import { troubleOfCode, type Config } from '@tenon/platform';
import { checkPort } from '@tenon/platform/processes';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { findLauncher } from '../instance/join-instance.js';
import { describeInstant } from '../render/quantity.js';
import { ok, sign, trouble, warning, type Finding } from './finding.js';
import { findLogSign } from './log-signs.js';
import { readStatus, type Status } from './process-health.js';

const START = 'Start Tenon with "npm start".';

/** Whether a launcher runs on the data folder; where none does, why the last one is gone and what keeps a new one off. */
export async function examineLauncher(config: Config): Promise<Finding[]> {
  const pid = await findLauncher(config);
  if (pid !== undefined) return [ok('launcher', `process ${pid}`)];
  const { folder } = config.data;
  const [failure, status] = [await readStartFailure(folder), await readStatus(folder)];
  return [
    failure ? await explainFailure(failure, folder) : explainAbsence(status),
    ...(await examinePort(config.server, failure)),
  ];
}

/** What the launcher keeps of a start that came to nothing. */
interface StartFailure {
  /** ISO 8601. */
  readonly at: string;
  readonly code?: string;
  readonly message: string;
}

async function readStartFailure(folder: string): Promise<StartFailure | undefined> {
  try {
    return JSON.parse(await readFile(path.join(folder, 'start-failure.json'), 'utf8')) as StartFailure;
  } catch {
    return undefined; // the last start went well, or nobody ever tried
  }
}

async function explainFailure({ at, code, message }: StartFailure, folder: string): Promise<Finding> {
  const state = `the start of ${describeInstant(at)} failed: ${message}`;
  // what Postgres and Temporal print in their need is clearer than that they did not start
  const server = /^(postgres|temporal)\./.exec(code ?? '')?.[1];
  const logged = server === undefined ? undefined : await findLogSign(folder, server);
  const known = logged?.trouble ?? (code === undefined ? undefined : troubleOfCode(code));
  if (known) return sign(known, 'last start', state);
  return trouble('last start', state, `Mend what it says, or look at the logs in ${path.join(folder, 'logs')}.`);
}

function explainAbsence(status: Status | undefined): Finding {
  const isCutOff = status?.processes.some(({ state }) => state !== 'stopped' && state !== 'waiting');
  if (!status || !isCutOff) return warning('launcher', 'none runs on the data folder', START);
  const state = `process ${status.pid} is gone and had not stopped anything; last heard of ${describeInstant(status.updatedAt)}`;
  return sign('killed', 'launcher', state);
}

/** A start would fail where somebody else listens; it was told already where one did. */
async function examinePort(
  { port, host }: Config['server'],
  failure: StartFailure | undefined,
): Promise<readonly Finding[]> {
  if (failure?.code?.startsWith('launcher.port')) return [];
  try {
    await checkPort(port, host);
    return [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return [];
    return [sign('portTaken', 'port', `another program listens on port ${port} of ${host}`)];
  }
}
