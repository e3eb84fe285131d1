import type { RunId } from '@tenon/base';
import type { Database, Listener } from '@tenon/database';
import { MemberRepository } from '@tenon/database';
import { startTestDatabase, type TestDatabase } from '@tenon/database/testing';
import { loadConfig } from '@tenon/platform';
import type { ObjectStore } from '@tenon/ports';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { DefinitionThreads, type ThreadLimits } from '../app/definition-threads.js';
import { hashPassword } from '../auth/passwords.js';
import type { SessionTimes } from '../graphql/socket-session.js';
import { composeParts, REQUIRED } from '../parts.js';
import { seed } from '../seed.js';
import { RunWatch } from '../run/run-watch.js';
import { createServer } from '../server.js';
import { buildDefinitionThread } from './build-definition-thread.js';
import { recordStatements, type Statement } from './record-statements.js';

/** A real API on a real Postgres, without a worker. */
export interface ApiBench {
  readonly url: string;
  readonly test: TestDatabase;
  readonly database: Database;
  readonly listener: Listener;
  readonly objects: ObjectStore;
  readonly definitionThreads: DefinitionThreads;
  /** The statements that the API runs while `work` is done. */
  statementsOf(work: () => Promise<unknown>): Promise<readonly Statement[]>;
  /** Whether a subscription follows the run. */
  watching(runId: string): boolean;
  readonly owner: ApiClient;
  /** A member of another team. */
  readonly stranger: ApiClient;
  readonly nobody: ApiClient;
  close(): Promise<void>;
}

export interface ApiClient {
  /** Sends a document and gives its data. @throws when the answer has errors */
  ask<Data = any>(document: string, variables?: object): Promise<Data>; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  /** The raw answer. */
  post(
    document: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; body: any }>; // eslint-disable-line @typescript-eslint/no-explicit-any -- as above
  readonly token: string;
}

const PASSWORD = 'correct horse battery';

export async function startApiBench(
  env: Record<string, string> = {},
  { threadLimits, sessionTimes }: { readonly threadLimits?: ThreadLimits; readonly sessionTimes?: SessionTimes } = {},
): Promise<ApiBench> {
  const test = await startTestDatabase();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-api-'));
  const token = randomBytes(24).toString('hex');
  const config = loadConfig(
    {
      TENON_DATABASE_URL: test.url,
      TENON_DATA_DIR: folder,
      TENON_OWNER_PASSWORD: PASSWORD,
      TENON_OWNER_TOKEN: token,
      TENON_LOG_LEVEL: 'error',
      ...env,
    },
    REQUIRED,
  );
  const composed = await composeParts(config);
  const statements = new Set<Statement[]>();
  const parts = {
    ...composed,
    database: recordStatements(composed.database, (statement) => statements.forEach((list) => list.push(statement))),
    definitionThreads: new DefinitionThreads(composed.logger, await buildDefinitionThread(folder), threadLimits),
  };
  const { app, close } = await createServer(parts, sessionTimes);
  const members = app.get(MemberRepository);
  const examples = path.resolve(import.meta.dirname, '../../../../examples');
  await seed(parts, examples);
  parts.listener.start();
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  return {
    url,
    test,
    database: parts.database,
    listener: parts.listener,
    objects: parts.objects,
    definitionThreads: parts.definitionThreads,
    statementsOf: async (work) => {
      const list: Statement[] = [];
      statements.add(list);
      await work().finally(() => statements.delete(list));
      return list;
    },
    watching: (runId) => app.get(RunWatch).isWatched(runId as RunId),
    owner: client(url, token),
    stranger: client(url, await addStranger(test, members)),
    nobody: client(url, ''),
    close: async () => {
      await close();
      await parts.definitionThreads.close();
      await parts.listener.close();
      await parts.database.close();
      await test.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function addStranger({ database }: TestDatabase, members: MemberRepository): Promise<string> {
  const [team] = await database.rows<{ id: string }>(
    `insert into team (id, name) values (gen_random_uuid(), 'Others') returning id`,
  );
  await database.rows(
    `insert into member (id, team_id, email, password_hash, role) values (gen_random_uuid(), $1, 'other@x.test', $2, 'owner')`,
    [team?.id, await hashPassword(PASSWORD)],
  );
  const member = await members.findByEmail('other@x.test');
  const token = randomBytes(24).toString('hex');
  await members.createSession(member!.memberId, { token, kind: 'token', name: 'test' });
  return token;
}

function client(url: string, token: string): ApiClient {
  const post: ApiClient['post'] = async (query, variables, headers = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return {
    token,
    post,
    ask: async (document, variables) => {
      const { body } = await post(document, variables);
      if (body.errors) throw new Error(JSON.stringify(body.errors));
      return body.data;
    },
  };
}

/** Asks for the team's apps as its list shows them. */
export const APPS = `{ apps { edges { cursor node { id name mode liveVersion { number } issues { code severity } } } pageInfo { hasNextPage endCursor } } }`;

/** Starts a run. */
export const START = `mutation ($input: StartRunInput!) { startRun(input: $input) { run { id status inputs query conversationId } errors { code message path } } }`;

/** A published app by its name. */
export async function appNamed(bench: ApiBench, name: string): Promise<{ id: string }> {
  const { apps } = await bench.owner.ask(APPS);
  return apps.edges
    .map((edge: { node: { id: string; name: string } }) => edge.node)
    .find((app: { name: string }) => app.name === name);
}
