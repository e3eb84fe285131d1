import type { TeamId } from '@tenon/base';
import { recordEvents } from '@tenon/database';
import type { RunEvent } from '@tenon/engine';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PASSWORD, type ApiBench, type ApiClient } from './api-bench.js';

/** What one team has, a thing of each kind; `mark` stands in all text of it. */
export interface World {
  readonly mark: string;
  readonly client: ApiClient & { readonly email: string };
  readonly teamId: string;
  readonly appId: string;
  /** An app without runs. */
  readonly idleAppId: string;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly revision: number;
  readonly versionId: string;
  readonly conversationId: string;
  readonly runId: string;
  readonly provider: string;
  /** The sealed key of the provider. */
  readonly secretId: string;
  readonly sessionId: string;
  readonly uploadId: string;
  readonly fileUrl: string;
  /** Serves models. */
  readonly modelUrl: string;
}

const APP_FILE = path.resolve(import.meta.dirname, '../../../../examples/chatbot.yml');
const FILE_APP = (mark: string) => `
kind: app
version: 0.6.0
app: {name: ${mark}, mode: workflow}
workflow:
  graph:
    nodes:
      - id: start
        data:
          type: start
          title: Start
          variables: [{variable: doc, label: Doc, type: file, required: false, allowed_file_types: [document]}]
      - {id: end, data: {type: end, title: End, outputs: [{variable: doc, value_selector: [start, doc, name]}]}}
    edges: [{id: e, source: start, target: end, sourceHandle: source, targetHandle: target}]
`;

const STARTED: RunEvent = {
  ...{ seq: 1, at: 1, type: 'run.started', inputs: {}, root: 'start' },
  pool: { sys: {}, env: {}, conversation: {} },
};

/** Makes a thing of each kind for a team, as an owner who joins it. */
export async function buildWorld(bench: ApiBench, teamId: string, modelUrl: string): Promise<World> {
  const mark = `mark-${randomUUID()}`;
  const client = await bench.join(teamId, 'owner');
  const { importApp: taken } = await client.ask(
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id draft { revision definition } } } }',
    { input: { content: await readFile(APP_FILE, 'utf8'), name: mark } },
  );
  const { importApp: idle } = await client.ask(
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } } }',
    { input: { content: FILE_APP(mark) } },
  );
  const appId = taken.app.id as string;
  const PUBLISH = 'mutation ($appId: ID!) { publishApp(input: { appId: $appId }) { version { id } } }';
  const { publishApp } = await client.ask(PUBLISH, { appId });
  await client.ask(PUBLISH, { appId: idle.app.id });
  const { startRun } = await client.ask(
    'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id conversationId } } }',
    { input: { appId, query: mark } },
  );
  await client.ask('mutation ($input: SaveProviderInput!) { saveProvider(input: $input) { errors { code } } }', {
    input: { name: mark, baseUrl: modelUrl, apiKey: mark },
  });
  await recordEvents(bench.database, teamId as TeamId, startRun.run.id, [STARTED]);
  const { sessions } = await client.ask('{ sessions { id isCurrent } }');
  const form = new FormData();
  form.set('file', new Blob([mark]), `${mark}.csv`);
  const headers = { authorization: `Bearer ${client.token}` };
  const upload = (await (await fetch(`${bench.url}/api/files`, { method: 'POST', headers, body: form })).json()) as {
    id: string;
  };
  const [file] = await bench.test.database.rows<{ key: string }>('select object_key as key from file where id = $1', [
    upload.id,
  ]);
  const [sealed] = await bench.test.database.rows<{ id: string }>(
    'select secret_id as id from provider where team_id = $1 and name = $2',
    [teamId, mark],
  );
  return {
    ...{ mark, client, teamId, modelUrl, appId, idleAppId: idle.app.id, provider: mark },
    ...{ definition: taken.app.draft.definition, revision: taken.app.draft.revision },
    versionId: publishApp.version.id,
    conversationId: startRun.run.conversationId,
    runId: startRun.run.id,
    sessionId: sessions[0].id,
    secretId: sealed!.id,
    uploadId: upload.id,
    fileUrl: `/files/${file!.key}`,
  };
}

/** How an operation is called so that it does what it is for. */
export interface Example {
  /** Variables that name everything which the operation can name. */
  readonly variables: (of: World) => object;
  /** Calls of `own` that name a thing of `other` by something else than an id of the schema. */
  readonly hidden?: (own: World, other: World) => readonly object[];
  /** Codes of payload errors that count as done: what it needs is not there in a bench. */
  readonly mayAnswer?: readonly string[];
}

const page = { first: 2 };
const NOTHING: Example = { variables: () => ({}) };
const fileOf = (id: string) => ({ type: 'document', transfer_method: 'local_file', upload_file_id: id });

function withSecret(definition: World['definition'], id: string): object {
  const variable = { id: 'v', name: 'K', value_type: 'secret', value: { $secret: id } };
  return { ...definition, workflow: { ...(definition['workflow'] as object), environment_variables: [variable] } };
}

/** An example for every query, mutation and subscription. */
export const OPERATIONS: Readonly<Record<string, Example>> = {
  app: { variables: ({ appId }) => ({ id: appId }) },
  appFile: { variables: ({ mark }) => ({ content: FILE_APP(mark) }) },
  apps: { variables: () => page },
  conversation: { variables: ({ conversationId }) => ({ id: conversationId }) },
  conversations: { variables: ({ appId }) => ({ ...page, appId }) },
  localModel: NOTHING,
  modelServersFound: NOTHING,
  modelSettings: NOTHING,
  providers: NOTHING,
  recentApps: { variables: () => ({ first: 2 }) },
  run: { variables: ({ runId }) => ({ id: runId }) },
  runNumbers: { variables: () => ({ since: new Date(0).toISOString() }) },
  runs: { variables: ({ appId, conversationId }) => ({ ...page, filter: { appId, conversationId } }) },
  sessions: NOTHING,
  teamSettings: NOTHING,
  templates: { variables: () => ({ language: 'zh-Hans' }) },
  tokenBudget: NOTHING,
  viewer: NOTHING,
  changePassword: { variables: () => ({ input: { current: PASSWORD, next: 'another horse battery' } }) },
  deleteApp: { variables: ({ idleAppId }) => ({ input: { appId: idleAppId } }) },
  deleteProvider: {
    variables: ({ provider }) => ({ input: { name: provider } }),
    hidden: (_, { provider }) => [{ input: { name: provider } }],
  },
  endOtherSessions: NOTHING,
  endSession: { variables: ({ sessionId }) => ({ input: { sessionId } }) },
  importApp: { variables: ({ appId, mark }) => ({ input: { appId, content: FILE_APP(mark), name: mark } }) },
  // nothing of a bench lies at a public address
  openAppFiles: {
    variables: ({ modelUrl }) => ({ input: { url: modelUrl } }),
    mayAnswer: ['outbound.blockedAddress'],
  },
  publishApp: { variables: ({ appId }) => ({ input: { appId } }) },
  pullLocalModel: { variables: () => ({ input: { model: 'local-chat' } }), mayAnswer: ['localModel.off'] },
  resetOwnerPassword: NOTHING,
  // for the first owner alone, by the token of the command line
  rotateSecretKey: { variables: () => ({}), mayAnswer: ['auth.ownerTokenNeeded'] },
  saveDraft: {
    variables: ({ appId, definition, revision }) => ({ input: { appId, definition, revision } }),
    hidden: ({ appId, definition, revision }, { secretId }) => [
      { input: { appId, definition: withSecret(definition, secretId), revision } },
    ],
  },
  saveProvider: { variables: ({ modelUrl, mark }) => ({ input: { name: mark, baseUrl: modelUrl } }) },
  saveAppearance: { variables: () => ({ input: { language: 'en' } }) },
  saveTeamSettings: { variables: () => ({ input: { keepRunsDays: 30 } }) },
  setDefaultModel: { variables: ({ provider }) => ({ input: { provider, model: 'm' } }) },
  signIn: { variables: ({ client }) => ({ input: { email: client.email, password: PASSWORD } }) },
  signOut: NOTHING,
  startRun: {
    variables: ({ appId, versionId, conversationId }) => ({
      input: { appId, versionId, conversationId, query: 'hello' },
    }),
    hidden: ({ idleAppId: appId }, { uploadId }) => [{ input: { appId, inputs: { doc: fileOf(uploadId) } } }],
  },
  stopRun: { variables: ({ runId }) => ({ input: { runId } }) },
  testProvider: { variables: ({ provider, modelUrl }) => ({ input: { name: provider, baseUrl: modelUrl } }) },
  runEvents: { variables: ({ runId }) => ({ runId, afterSeq: 0 }) },
};

/** How a route is called. */
export interface RouteExample {
  readonly path: (of: World) => string;
  readonly body?: (of: World) => FormData;
  readonly isForAnybody?: boolean;
  /** Names something that a team owns. */
  readonly takesId?: boolean;
}

function formWith(content: string): FormData {
  const form = new FormData();
  form.set('file', new Blob([content]), 'app.yml');
  return form;
}

/** An example for every route. */
export const ROUTES: Readonly<Record<string, RouteExample>> = {
  'GET /files/:kind/:team/:hash': { path: ({ fileUrl }) => fileUrl, takesId: true },
  'GET /api/runs/:run/file': { path: ({ runId }) => `/api/runs/${runId}/file`, takesId: true },
  'GET /health': { path: () => '/health', isForAnybody: true },
  'POST /api/files': { path: () => '/api/files', body: ({ mark }) => formWith(mark) },
  'POST /api/import': { path: () => '/api/import', body: ({ mark }) => formWith(FILE_APP(mark)) },
};
