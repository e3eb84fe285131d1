import { getApp, importApp, publishApp } from '../api/apps.js';
import type { ApiClient } from '../api/client.js';
import { EXIT } from '../exit-code.js';
import { withInstance, type CommandContext } from '../instance/with-instance.js';
import { hasErrors, showIssues } from './show-issues.js';
import { readAppFile, takeInFile, type AppFile, type TakenIn } from './take-in-file.js';

export interface ImportOptions {
  readonly publish?: boolean;
  readonly name?: string;
  /** Id or exact name of the app whose draft is replaced. */
  readonly app?: string;
  readonly json?: boolean;
}

/** `tenon import FILE`: takes in an app file, and publishes it when asked to. */
export async function importCommand(context: CommandContext, source: string, options: ImportOptions): Promise<number> {
  const { terminal } = context;
  const file = await readAppFile(source);
  return withInstance(context, async ({ client }) => {
    const imported = await takeIn(context, client, file, options);
    const { app } = imported;
    if (!app) {
      showIssues(terminal, imported.issues);
      terminal.note('Nothing was imported: correct the errors and import again.');
      return EXIT.usage;
    }
    const published = options.publish ? await publishApp(client, app.id) : undefined;
    const issues = published && published.version === null ? published.issues : imported.issues;
    showIssues(terminal, issues);
    const version = published?.version ?? null;
    if (options.json)
      terminal.result(JSON.stringify({ app: { id: app.id, name: app.name, mode: app.mode }, version, issues }));
    else
      terminal.result(
        `${imported.isNew ? 'Imported' : 'Updated'} "${app.name}"${version === null ? '' : ` and published it as version ${version}`}  ${app.id}`,
      );
    if (published && version === null) {
      const again = source === '-' ? ` with --app ${app.id}` : '';
      terminal.note(`It was not published: correct the errors and import it again${again}.`);
      return EXIT.usage;
    }
    if (!published && hasErrors(issues))
      terminal.note('It cannot be published or run before the errors are corrected.');
    return EXIT.succeeded;
  });
}

/** Standard input lies nowhere, so it cannot be taken in again as the same app unless that is named. */
async function takeIn(
  context: CommandContext,
  client: ApiClient,
  file: AppFile,
  { app, name }: ImportOptions,
): Promise<TakenIn> {
  const named = { ...(app !== undefined && { app }), ...(name && { name }) };
  if (file.source !== '-') return takeInFile(context, client, file, { ...named, isForRun: false });
  const known = app === undefined ? undefined : await getApp(client, app);
  const { content } = file;
  const imported = await importApp(client, { content, ...(known && { appId: known.id }), ...(name && { name }) });
  return { ...imported, isNew: known === undefined };
}
