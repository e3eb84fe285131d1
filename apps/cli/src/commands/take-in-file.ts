import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { findAppWithDraft, getApp, importApp, type AppWithDraft, type Imported } from '../api/apps.js';
import type { ApiClient } from '../api/client.js';
import { cliErrors } from '../errors.js';
import { readBytes, textOf } from '../input/read-text.js';
import { AppFiles, type AppFileRecord } from '../instance/app-files.js';
import type { CommandContext } from '../instance/with-instance.js';

/** Name of the app that standard input becomes when it is run; no file has it, since paths are absolute. */
const STDIN_NAME = 'standard input';

/** An app file that was named on the command line, with its text. */
export interface AppFile {
  /** As it was named. */
  readonly source: string;
  /** Where it lies, links resolved. */
  readonly path: string;
  /** Last part of its path. */
  readonly name: string;
  readonly content: string;
}

/** Reads an app file, or standard input for `-`. @throws cli.usage */
export async function readAppFile(source: string): Promise<AppFile> {
  return toAppFile(source, await readBytes(source));
}

/** The app file that bytes are which were read from `source`. @throws cli.usage */
export async function toAppFile(source: string, bytes: Uint8Array): Promise<AppFile> {
  const content = textOf(source, bytes);
  if (source === '-') return { source, path: STDIN_NAME, name: STDIN_NAME, content };
  // what a shell passes in place of a file has a name but lies nowhere
  const place = await realpath(source).catch(() => path.resolve(source));
  return { source, path: place, name: path.basename(source), content };
}

/** Whether a word of the command line is a file: one is there, or it can be no app, like `-` and names with .yml. */
export function isAppFile(source: string): boolean {
  return source === '-' || /\.(ya?ml|json)$/i.test(source) || existsSync(source);
}

/** How a file is taken in. */
export interface TakeIn {
  /** Id or exact name of the app that it becomes, instead of the one that it became before. */
  readonly app?: string;
  /** Name for the app, instead of the one in the file. */
  readonly name?: string;
  /** For a run: a new app is named like the file, and one that is there keeps its name. */
  readonly isForRun: boolean;
}

/** What taking in a file came to. */
export interface TakenIn extends Imported {
  readonly isNew: boolean;
}

/**
 * Takes in a file as the draft of the app that it became before, else as a new app. It is known by its path.
 * @throws cli.refused when the draft was changed elsewhere since, or what was read cannot be sent; cli.missing
 */
export async function takeInFile(
  context: CommandContext,
  client: ApiClient,
  file: AppFile,
  how: TakeIn,
): Promise<TakenIn> {
  const { config, signal } = context;
  const files = new AppFiles(config.data.folder, await getTeamId(client));
  return files.open(file.path, signal, async (entry) => {
    const record = await entry.read();
    const known = how.app === undefined ? await findOwnApp(client, file, record) : await getGivenApp(client, how.app);
    const own = known && known.id === record?.appId ? record : undefined;
    const given = how.name ?? own?.name;
    const name = how.isForRun ? (known?.name ?? file.name) : given;
    // a command that is killed before it hears of the new draft shall not take that for somebody else's
    if (known && own) await entry.write({ ...own, revisions: [known.draft.revision, known.draft.revision + 1] });
    const { content } = file;
    const imported = await importApp(client, { content, ...(known && { appId: known.id }), ...(name && { name }) });
    const { app } = imported;
    if (app) await entry.write({ appId: app.id, revisions: [app.draft.revision], ...(given && { name: given }) });
    else if (known && own) await entry.write({ ...own, revisions: [known.draft.revision] });
    return { ...imported, isNew: known === undefined };
  });
}

/** The app that the file became, unless it is gone. @throws cli.refused when its draft was changed elsewhere since */
async function findOwnApp(client: ApiClient, { source }: AppFile, record: AppFileRecord | undefined) {
  const app = record && (await findAppWithDraft(client, record.appId));
  if (!app || record.revisions.includes(app.draft.revision)) return app;
  throw cliErrors.refused(
    `The draft of "${app.name}" was changed since ${source} was taken in: "tenon import ${source} --app ${app.id}" replaces it.`,
  );
}

async function getGivenApp(client: ApiClient, idOrName: string): Promise<AppWithDraft> {
  const { id, name } = await getApp(client, idOrName);
  const app = await findAppWithDraft(client, id);
  if (!app) throw cliErrors.missing(`The app "${name}" has just been deleted.`);
  return app;
}

async function getTeamId(client: ApiClient): Promise<string> {
  const { viewer } = await client.ask<{ viewer: { team: { id: string } } | null }>('{ viewer { team { id } } }');
  if (!viewer) throw client.tokenRefused();
  return viewer.team.id;
}
