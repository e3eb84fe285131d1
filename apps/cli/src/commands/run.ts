import { isTenonError } from '@tenon/base';
import { randomUUID } from 'node:crypto';
import { askAgain } from '../api/ask-again.js';
import type { ApiClient } from '../api/client.js';
import { getRunReport } from '../api/run-report.js';
import { startRun } from '../api/runs.js';
import { cliErrors } from '../errors.js';
import { exitCodeOfRun } from '../exit-code.js';
import { fitInputs, readGivenInputs, type GivenInput } from '../input/input-values.js';
import { readOutline, type AppOutline } from '../input/start-form.js';
import { uploadFiles } from '../input/upload-files.js';
import { withInstance, type CommandContext, type Instance } from '../instance/with-instance.js';
import { outcomeText, resultLines } from '../render/run-lines.js';
import type { Terminal } from '../terminal.js';
import { waitForLocalModel } from './local-model-wait.js';
import { findTarget, importTarget, type RunTarget } from './run-target.js';
import { RunView } from './run-view.js';
import { isAppFile, readAppFile, type AppFile } from './take-in-file.js';

export interface RunOptions {
  readonly input?: readonly string[];
  readonly query?: string;
  readonly conversation?: string;
  readonly draft?: boolean;
  readonly idempotencyKey?: string;
  readonly stream?: boolean;
  readonly json?: boolean;
  /** Seconds. */
  readonly timeout?: number;
}

/** What was read of the command line before an instance was asked. */
interface Prepared {
  readonly source: string;
  readonly file: AppFile | undefined;
  readonly inputs: readonly GivenInput[];
  readonly options: RunOptions;
}

/** `tenon run FILE|APP`: runs an app, follows the run and prints what it gives. */
export async function runCommand(context: CommandContext, source: string, options: RunOptions): Promise<number> {
  const file = isAppFile(source) ? await readAppFile(source) : undefined;
  if (file && options.draft) throw cliErrors.usage('--draft is for apps: a file is run as it stands anyway.');
  const inputs = await readGivenInputs(options.input ?? []);
  const signal = limit(context.signal, options.timeout);
  const prepared = { source, file, inputs, options };
  const limited = { ...context, signal };
  return withInstance(limited, (instance) => run(limited, instance, prepared));
}

/** A signal that ends by itself after so many seconds. */
function limit(signal: AbortSignal, seconds: number | undefined): AbortSignal {
  if (seconds === undefined) return signal;
  const over = new AbortController();
  const message = `${seconds} seconds are over.`;
  setTimeout(() => over.abort(cliErrors.timedOut(message)), seconds * 1_000).unref();
  return AbortSignal.any([signal, over.signal]);
}

async function run(context: CommandContext, instance: Instance, prepared: Prepared): Promise<number> {
  const { terminal } = context;
  const { client } = instance;
  const { source, file, options } = prepared;
  const target = file
    ? await importTarget(context, client, file)
    : await findTarget(client, source, options.draft === true);
  const outline = readOutline(target.definition);
  checkChat(outline, target, options);
  const inputs = fitInputs(await uploadFiles(client, prepared.inputs, outline.fields), outline.fields);
  if (outline.asksModel) await waitForLocalModel(client, terminal);
  const runId = await startRun(client, {
    appId: target.app.id,
    useDraft: target.useDraft,
    inputs,
    ...(options.query !== undefined && { query: options.query }),
    ...(options.conversation !== undefined && { conversationId: options.conversation }),
    idempotencyKey: options.idempotencyKey ?? randomUUID(),
  });
  const view = new RunView(terminal, outline, { isStreaming: options.stream === true, isJson: options.json === true });
  view.begin(target.app.name, runId);
  try {
    await view.follow(client, runId);
    return await finish(client, runId, view, terminal, options.json === true);
  } catch (error) {
    terminal.note(sayGoesOn(error, runId, instance.isForCommands));
    throw error;
  } finally {
    view.end();
  }
}

/** A message and a thread are for chatflows: the API would leave them aside without a word. */
function checkChat({ isChat }: AppOutline, { app }: RunTarget, { query, conversation }: RunOptions): void {
  if (isChat) return;
  if (query !== undefined)
    throw cliErrors.usage(`"${app.name}" is a workflow and takes no --query: give --input instead.`);
  if (conversation !== undefined)
    throw cliErrors.usage(`"${app.name}" is a workflow and has no conversations: leave --conversation out.`);
}

async function finish(
  client: ApiClient,
  runId: string,
  view: RunView,
  terminal: Terminal,
  isJson: boolean,
): Promise<number> {
  const report = await askAgain(client, () => getRunReport(client, runId));
  const titles = new Map(report.steps.map(({ key, title }) => [key, title]));
  view.closeAnswer(report);
  if (isJson) terminal.result(JSON.stringify(report));
  else if (!view.hasPrintedAnswer && report.status !== 'failed')
    for (const line of resultLines(report)) terminal.result(line);
  view.sayOutcome(
    report,
    outcomeText(report, (key) => titles.get(key) || key),
  );
  return exitCodeOfRun(report.status);
}

/** What becomes of a run that is no longer followed. */
function sayGoesOn(error: unknown, runId: string, isForCommands: boolean): string {
  const isMeant = isTenonError(error) && ['cli.interrupted', 'cli.timedOut'].includes(error.code);
  const goesOn = isForCommands ? 'is kept and goes on when Tenon runs again ("npm start")' : 'goes on';
  return `${isMeant ? '' : 'The run can no longer be followed. '}Run ${runId} ${goesOn}: "tenon show ${runId}" shows it, "tenon stop ${runId}" stops it.`;
}
