import { getRunReport } from '../api/run-report.js';
import { listRuns } from '../api/runs.js';
import type { ApiClient } from '../api/client.js';
import { cliErrors } from '../errors.js';
import { EXIT } from '../exit-code.js';
import { withInstance, type CommandContext } from '../instance/with-instance.js';
import { showLines } from '../render/show-lines.js';

export interface ShowOptions {
  readonly full?: boolean;
  readonly json?: boolean;
}

/** `tenon show RUN`: everything that is known of a run. */
export async function showCommand(context: CommandContext, run: string, options: ShowOptions): Promise<number> {
  const { terminal } = context;
  return withInstance(context, async ({ client }) => {
    const report = await getRunReport(client, await resolveRunId(client, run));
    if (options.json) terminal.result(JSON.stringify(report));
    else
      for (const line of showLines(report, {
        paint: (style, text) => terminal.paint(style, text, 'out'),
        isFull: options.full === true,
      }))
        terminal.result(line);
    return EXIT.succeeded;
  });
}

/** The id as it is, or for `last` that of the newest run. @throws cli.missing */
export async function resolveRunId(client: ApiClient, run: string): Promise<string> {
  if (run !== 'last') return run;
  const [newest] = await listRuns(client, { limit: 1 });
  if (!newest) throw cliErrors.missing('There are no runs yet: "tenon run" starts one.');
  return newest.id;
}
