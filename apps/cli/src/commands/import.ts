import { getApp, importApp, openAppFiles, publishApp } from '../api/apps.js';
import type { ApiClient } from '../api/client.js';
import { cliErrors } from '../errors.js';
import { EXIT } from '../exit-code.js';
import { readBytes } from '../input/read-text.js';
import { withInstance, type CommandContext } from '../instance/with-instance.js';
import { hasErrors, showIssues } from './show-issues.js';
import { takeInFile, toAppFile, type AppFile, type TakenIn } from './take-in-file.js';

export interface ImportOptions {
  readonly publish?: boolean;
  readonly name?: string;
  /** Id or exact name of the app whose draft is replaced. */
  readonly app?: string;
  readonly json?: boolean;
}

/** `tenon import FILE`: takes in an app file, those of a zip or what lies at an address, and publishes it when asked to. */
export async function importCommand(context: CommandContext, source: string, options: ImportOptions): Promise<number> {
  if (/^https?:\/\//i.test(source))
    return withInstance(context, ({ client }) => importOpened(context, client, source, { url: source }, options));
  const bytes = await readBytes(source);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    const archive = bytes.toString('base64');
    return withInstance(context, ({ client }) => importOpened(context, client, source, { archive }, options));
  }
  const file = await toAppFile(source, bytes);
  return withInstance(context, async ({ client }) => {
    const imported = await takeIn(context, client, file, options);
    // only what lies in a file is known again
    return finish(context, client, imported, options, source === '-');
  });
}

/** Each file for itself: one that cannot be taken in leaves the others alone. @throws cli.refused, cli.usage */
async function importOpened(
  context: CommandContext,
  client: ApiClient,
  source: string,
  where: { readonly archive: string } | { readonly url: string },
  options: ImportOptions,
): Promise<number> {
  const files = await openAppFiles(client, where);
  if (files.length > 1 && (options.app !== undefined || options.name))
    throw cliErrors.usage(`${source} holds ${files.length} app files: --app and --name are for one.`);
  let code: number = EXIT.succeeded;
  for (const { name, content, error } of files) {
    if (files.length > 1) context.terminal.note(`${name}:`);
    if (content === null) {
      context.terminal.note(error?.message ?? 'It cannot be read.');
      code = EXIT.usage;
    } else {
      const imported = await takeInText(client, content, options);
      code = Math.max(code, await finish(context, client, imported, options, true));
    }
  }
  return code;
}

/** @param isAnew  taken in once more it would become another app, unless that one is named */
async function finish(
  { terminal }: CommandContext,
  client: ApiClient,
  imported: TakenIn,
  options: ImportOptions,
  isAnew: boolean,
): Promise<number> {
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
    const again = isAnew ? ` with --app ${app.id}` : '';
    terminal.note(`It was not published: correct the errors and import it again${again}.`);
    return EXIT.usage;
  }
  if (!published && hasErrors(issues)) terminal.note('It cannot be published or run before the errors are corrected.');
  return EXIT.succeeded;
}

/** Standard input lies nowhere, so it cannot be taken in again as the same app unless that is named. */
async function takeIn(
  context: CommandContext,
  client: ApiClient,
  file: AppFile,
  options: ImportOptions,
): Promise<TakenIn> {
  const { app, name } = options;
  if (file.source === '-') return takeInText(client, file.content, options);
  return takeInFile(context, client, file, {
    ...(app !== undefined && { app }),
    ...(name && { name }),
    isForRun: false,
  });
}

async function takeInText(client: ApiClient, content: string, { app, name }: ImportOptions): Promise<TakenIn> {
  const known = app === undefined ? undefined : await getApp(client, app);
  const imported = await importApp(client, { content, ...(known && { appId: known.id }), ...(name && { name }) });
  return { ...imported, isNew: known === undefined };
}
