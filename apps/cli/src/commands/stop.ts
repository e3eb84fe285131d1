import { followRun } from '../api/follow-run.js';
import { getRunReport } from '../api/run-report.js';
import { stopRun } from '../api/runs.js';
import type { ApiClient } from '../api/client.js';
import { EXIT } from '../exit-code.js';
import { withInstance, type CommandContext } from '../instance/with-instance.js';
import { outcomeText } from '../render/run-lines.js';
import { resolveRunId } from './show.js';

/** What is under way is given this long to end before the command does, in milliseconds. */
const PATIENCE_MS = 20_000;

/** `tenon stop RUN`: asks a run to stop and waits until it has. */
export async function stopCommand(context: CommandContext, run: string, reason: string): Promise<number> {
  const { terminal } = context;
  return withInstance(context, async ({ client }) => {
    const runId = await resolveRunId(client, run);
    await stopRun(client, runId, reason);
    const hasEnded = await waitForEnd(client, runId);
    const report = await getRunReport(client, runId);
    const titles = new Map(report.steps.map(({ key, title }) => [key, title]));
    terminal.result(
      hasEnded
        ? `Run ${runId} ${outcomeText(report, (key) => titles.get(key) || key)}`
        : `Run ${runId} is asked to stop; it has not ended yet: "tenon show ${runId}" shows it.`,
    );
    return EXIT.succeeded;
  });
}

async function waitForEnd(client: ApiClient, runId: string): Promise<boolean> {
  const over = AbortSignal.timeout(PATIENCE_MS);
  try {
    for await (const update of followRun(client.until(AbortSignal.any([client.signal, over])), runId))
      if (update.kind === 'event' && update.type === 'run.finished') return true;
  } catch (error) {
    if (!over.aborted || client.signal.aborted) throw error;
  }
  return false;
}
