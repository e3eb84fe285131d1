import { isUuid, type Json } from '@tenon/base';
import { cliErrors } from '../errors.js';
import { accepted, type ApiClient, type UserError } from './client.js';

/** What the command line knows of an app. */
export interface App {
  readonly id: string;
  readonly name: string;
  readonly mode: string;
  /** The version that callers get; null until it is published. */
  readonly liveVersion: { readonly number: number } | null;
}

/** An app with how often its draft was changed. */
export interface AppWithDraft extends App {
  readonly draft: { readonly revision: number };
}

/** Something to tell about a definition, with the place in the document. */
export interface Issue {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: string;
  readonly path: readonly string[];
  readonly message: string;
  readonly line: number | null;
}

const APP = 'id name mode liveVersion { number }';
const ISSUE = 'issues { severity code path message line }';
const LIST = `query ($after: String) { apps(first: 100, after: $after) {
  edges { node { ${APP} } } pageInfo { hasNextPage endCursor }
} }`;
const FIND = `query ($id: ID!) { app(id: $id) { ${APP} } }`;
const FIND_DRAFT = `query ($id: ID!) { app(id: $id) { ${APP} draft { revision } } }`;
const DRAFT = 'query ($id: ID!) { app(id: $id) { draft { definition } } }';
const LIVE = 'query ($id: ID!) { app(id: $id) { liveVersion { definition } } }';
const IMPORT = `mutation ($input: ImportAppInput!) { importApp(input: $input) {
  app { ${APP} draft { revision } } ${ISSUE} errors { code message path }
} }`;
const PUBLISH = `mutation ($input: AppInput!) { publishApp(input: $input) {
  version { number } ${ISSUE} errors { code message path }
} }`;

/** The apps of that exact name, newest first. */
async function listAppsNamed(client: ApiClient, name: string): Promise<App[]> {
  const found: App[] = [];
  for (let after: string | null = null; ;) {
    const { apps }: AppsAnswer = await client.ask(LIST, { after });
    found.push(...apps.edges.map(({ node }) => node).filter((app) => app.name === name));
    if (!apps.pageInfo.hasNextPage) return found;
    after = apps.pageInfo.endCursor;
  }
}

interface AppsAnswer {
  readonly apps: {
    readonly edges: readonly { readonly node: App }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** The app of that id; undefined when it is gone. */
export async function findAppWithDraft(client: ApiClient, id: string): Promise<AppWithDraft | undefined> {
  const { app } = await client.ask<{ app: AppWithDraft | null }>(FIND_DRAFT, { id });
  return app ?? undefined;
}

/** The app of that id or exact name. @throws cli.missing, cli.usage when several have the name */
export async function getApp(client: ApiClient, idOrName: string): Promise<App> {
  if (isUuid(idOrName)) {
    const { app } = await client.ask<{ app: App | null }>(FIND, { id: idOrName });
    if (app) return app;
  }
  const [app, another] = await listAppsNamed(client, idOrName);
  if (!app)
    throw cliErrors.missing(
      `There is no app "${idOrName}": give an app's id or exact name, or a file that ends with .yml.`,
    );
  if (another)
    throw cliErrors.usage(
      `Several apps are named "${idOrName}": give the id of one, such as ${app.id} or ${another.id}.`,
    );
  return app;
}

/** The definition that a run of the draft, or of the live version, is of. @throws cli.refused when it is not published */
export async function getDefinition(client: ApiClient, app: App, isDraft: boolean): Promise<Json> {
  const { app: found } = await client.ask<{ app: Record<string, { definition: Json } | null> | null }>(
    isDraft ? DRAFT : LIVE,
    { id: app.id },
  );
  const definition = found?.[isDraft ? 'draft' : 'liveVersion']?.definition;
  if (definition !== undefined) return definition;
  throw cliErrors.refused(`"${app.name}" is not published yet: publish it, or run its draft with --draft.`);
}

/** What importing came to. `app` is null, and nothing was kept, when the file cannot be taken in. */
export interface Imported {
  readonly app: AppWithDraft | null;
  readonly issues: readonly Issue[];
}

/** Takes in an app file as a new app, or as the draft of an app. @throws cli.refused */
export async function importApp(
  client: ApiClient,
  file: { readonly content: string; readonly appId?: string; readonly name?: string },
): Promise<Imported> {
  const { importApp: payload } = await client.ask<{ importApp: Imported & { errors: UserError[] } }>(IMPORT, {
    input: file,
  });
  // the issues say more than the one error that there are some
  if (payload.issues.length === 0) accepted(payload);
  return { app: payload.app, issues: payload.issues };
}

/** A file that was found in a zip or at an address: its text, or why it cannot be read. */
export interface OpenedFile {
  readonly name: string;
  readonly content: string | null;
  readonly error: UserError | null;
}

const OPEN = `mutation ($input: OpenAppFilesInput!) { openAppFiles(input: $input) {
  files { name content error { code message } } errors { code message path }
} }`;

/** The app files of a zip in Base64, or at an address that the instance fetches. @throws cli.refused */
export async function openAppFiles(
  client: ApiClient,
  where: { readonly archive: string } | { readonly url: string },
): Promise<readonly OpenedFile[]> {
  const { openAppFiles: payload } = await client.ask<{
    openAppFiles: { files: OpenedFile[] | null; errors: UserError[] };
  }>(OPEN, { input: where });
  return accepted(payload).files ?? [];
}

/** What publishing came to. `version` is null when errors are in the way. */
export interface Published {
  readonly version: number | null;
  readonly issues: readonly Issue[];
}

/** Freezes the draft as the next version and makes it live. @throws cli.refused */
export async function publishApp(client: ApiClient, appId: string): Promise<Published> {
  const { publishApp: payload } = await client.ask<{
    publishApp: { version: { number: number } | null; issues: Issue[]; errors: UserError[] };
  }>(PUBLISH, { input: { appId } });
  if (payload.issues.length === 0) accepted(payload);
  return { version: payload.version?.number ?? null, issues: payload.issues };
}
