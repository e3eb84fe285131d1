import { getApp, importApp, publishApp } from '../api/apps.js';
import { EXIT } from '../exit-code.js';
import { readText } from '../input/read-text.js';
import { withInstance, type CommandContext } from '../instance/with-instance.js';
import { hasErrors, showIssues } from './show-issues.js';

export interface ImportOptions {
  readonly publish?: boolean;
  readonly name?: string;
  /** Id or exact name of the app whose draft is replaced. */
  readonly app?: string;
  readonly json?: boolean;
}

/** `tenon import FILE`: takes in an app file, and publishes it when asked to. */
export async function importCommand(context: CommandContext, file: string, options: ImportOptions): Promise<number> {
  const { terminal } = context;
  const content = await readText(file);
  return withInstance(context, async ({ client }) => {
    const known = options.app === undefined ? undefined : await getApp(client, options.app);
    const imported = await importApp(client, {
      content,
      ...(known && { appId: known.id }),
      ...(options.name && { name: options.name }),
    });
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
        `${known ? 'Updated' : 'Imported'} "${app.name}"${version === null ? '' : ` and published it as version ${version}`}  ${app.id}`,
      );
    if (published && version === null) {
      terminal.note(`It was not published: correct the errors and import it again with --app ${app.id}.`);
      return EXIT.usage;
    }
    if (!published && hasErrors(issues))
      terminal.note('It cannot be published or run before the errors are corrected.');
    return EXIT.succeeded;
  });
}
