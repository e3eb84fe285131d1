import type { Json } from '@tenon/base';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { getApp, getDefinition, importApp, listAppsNamed, type App } from '../api/apps.js';
import type { ApiClient } from '../api/client.js';
import { cliErrors } from '../errors.js';
import { readText } from '../input/read-text.js';
import { count } from '../render/quantity.js';
import type { Terminal } from '../terminal.js';
import { hasErrors, showIssues } from './show-issues.js';

/** Name of the app that files read from standard input become. */
const STDIN_NAME = 'standard input';

/** What a run is of. */
export interface RunTarget {
  readonly app: App;
  readonly useDraft: boolean;
  readonly definition: Json;
}

/** An app file that was named on the command line, with its text. */
export interface AppFile {
  readonly name: string;
  readonly content: string;
}

/**
 * Reads `FILE|APP` as a file when there is one of that name or when it can be no app: `-` and names that end with .yml,
 * .yaml or .json. Undefined for an app.
 * @throws cli.usage
 */
export async function readAppFile(source: string): Promise<AppFile | undefined> {
  if (source !== '-' && !/\.(ya?ml|json)$/i.test(source) && !existsSync(source)) return undefined;
  return { name: source === '-' ? STDIN_NAME : path.basename(source), content: await readText(source) };
}

/**
 * Takes in a file as the draft of an app that is named like the file, such as `chatbot.yml`: the same app each time, and
 * never one that somebody made under the name that stands in the file.
 * @throws cli.refused when the file has errors, which are noted
 */
export async function importTarget(client: ApiClient, file: AppFile, terminal: Terminal): Promise<RunTarget> {
  const [known] = await listAppsNamed(client, file.name);
  const { name, content } = file;
  const { app, issues } = await importApp(client, { content, name, ...(known && { appId: known.id }) });
  if (!app || hasErrors(issues)) {
    showIssues(terminal, issues);
    throw cliErrors.refused(`${name} cannot run: correct the errors above.`);
  }
  if (issues.length > 0) terminal.note(`${name} has ${count(issues.length, 'warning')}; "tenon import" lists them.`);
  return { app, useDraft: true, definition: await getDefinition(client, app, true) };
}

/** The draft or the live version of an app by id or exact name. @throws cli.missing, cli.usage, cli.refused */
export async function findTarget(client: ApiClient, source: string, useDraft: boolean): Promise<RunTarget> {
  const app = await getApp(client, source);
  return { app, useDraft, definition: await getDefinition(client, app, useDraft) };
}
