import type { Json } from '@tenon/base';
import { getApp, getDefinition, type App } from '../api/apps.js';
import type { ApiClient } from '../api/client.js';
import { cliErrors } from '../errors.js';
import type { CommandContext } from '../instance/with-instance.js';
import { count } from '../render/quantity.js';
import { hasErrors, showIssues } from './show-issues.js';
import { takeInFile, type AppFile } from './take-in-file.js';

/** What a run is of. */
export interface RunTarget {
  readonly app: App;
  readonly useDraft: boolean;
  readonly definition: Json;
}

/**
 * Takes in a file as the draft of its app. A new one is named like the file, such as `chatbot.yml`, and not like an app
 * that somebody may have made under the name that stands in the file.
 * @throws cli.refused when the file has errors, which are noted; and what `takeInFile` throws
 */
export async function importTarget(context: CommandContext, client: ApiClient, file: AppFile): Promise<RunTarget> {
  const { terminal } = context;
  const { app, issues } = await takeInFile(context, client, file, { isForRun: true });
  if (!app || hasErrors(issues)) {
    showIssues(terminal, issues);
    throw cliErrors.refused(`${file.name} cannot run: correct the errors above.`);
  }
  if (issues.length > 0)
    terminal.note(`${file.name} has ${count(issues.length, 'warning')}; "tenon import" lists them.`);
  return { app, useDraft: true, definition: await getDefinition(client, app, true) };
}

/** The draft or the live version of an app by id or exact name. @throws cli.missing, cli.usage, cli.refused */
export async function findTarget(client: ApiClient, source: string, useDraft: boolean): Promise<RunTarget> {
  const app = await getApp(client, source);
  return { app, useDraft, definition: await getDefinition(client, app, useDraft) };
}
