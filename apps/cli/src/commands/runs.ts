import { getApp } from '../api/apps.js';
import { RUN_STATUSES, type RunStatus } from '../api/run-report.js';
import { listRuns } from '../api/runs.js';
import { cliErrors } from '../errors.js';
import { EXIT } from '../exit-code.js';
import { withInstance, type CommandContext } from '../instance/with-instance.js';
import { runTable } from '../render/run-table.js';

export interface RunsOptions {
  /** Id or exact name. */
  readonly app?: string;
  /** Names of states, with commas between. */
  readonly status?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** `tenon runs`: the newest runs, one a line. */
export async function runsCommand(context: CommandContext, options: RunsOptions): Promise<number> {
  const { terminal } = context;
  const statuses = options.status === undefined ? undefined : parseStatuses(options.status);
  return withInstance(context, async ({ client }) => {
    const app = options.app === undefined ? undefined : await getApp(client, options.app);
    const runs = await listRuns(client, {
      limit: options.limit,
      ...(app && { appId: app.id }),
      ...(statuses && { statuses }),
    });
    if (options.json) terminal.result(JSON.stringify(runs));
    else if (runs.length === 0) terminal.note('There are no such runs.');
    else for (const line of runTable(runs)) terminal.result(line);
    return EXIT.succeeded;
  });
}

/** States by the names that are printed: `failed,stopped`. @throws cli.usage */
export function parseStatuses(text: string): RunStatus[] {
  return text.split(',').map((part) => {
    const wanted = part.trim().toLowerCase().replaceAll(/[-_]/g, '');
    const status = RUN_STATUSES.find((known) => known.toLowerCase() === wanted);
    if (!status) throw cliErrors.usage(`--status ${part}: use ${RUN_STATUSES.join(', ')}.`);
    return status;
  });
}
