import type { RunId } from '@tenon/base';
import type { Database, Listener } from '@tenon/database';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { MemberRepository, newId, type Role } from '@tenon/database';
import { startTestDatabase, type TestDatabase } from '@tenon/database/testing';
import { loadConfig } from '@tenon/platform';
import type { ObjectStore, SealingKeys } from '@tenon/ports';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { DefinitionThreads, type ThreadLimits } from '../app/definition-threads.js';
import { hashPassword } from '../auth/passwords.js';
import type { BodyRooms } from '../http/body-limit.js';
import { composeParts, REQUIRED } from '../parts.js';
import { seed } from '../seed.js';
import type { FollowerRooms } from '../run/follower-rooms.js';
import { RunWatch } from '../run/run-watch.js';
import { createServer, type ServerTimes } from '../server.js';
import { buildDefinitionThread } from './build-definition-thread.js';
import { recordStatements, type Statement } from './record-statements.js';

/** A real API on a real Postgres, without a worker. */
export interface ApiBench {
  readonly url: string;
  readonly app: NestExpressApplication;
  readonly test: TestDatabase;
  readonly database: Database;
  readonly listener: Listener;
  readonly objects: ObjectStore;
  readonly secretKeys: SealingKeys;
  readonly definitionThreads: DefinitionThreads;
  /** The statements that the API runs while `work` is done. */
  statementsOf(work: () => Promise<unknown>): Promise<readonly Statement[]>;
  /** Whether a subscription follows the run. */
  watching(runId: string): boolean;
  readonly owner: ApiClient;
  /** A member of another team. */
  readonly stranger: ApiClient;
  readonly nobody: ApiClient;
  /** A member of a team who was not there before, with an API token. */
  join(teamId: string, role: Role): Promise<ApiClient & { readonly email: string }>;
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

/** Of every member of a bench. */
export const PASSWORD = 'correct horse battery';

export async function startApiBench(
  env: Record<string, string> = {},
  {
    threadLimits,
    times,
    bodies,
    followers,
    place,
    consoleFolder,
  }: {
    readonly threadLimits?: ThreadLimits;
    readonly times?: Partial<ServerTimes>;
    readonly bodies?: BodyRooms;
    readonly followers?: FollowerRooms;
    /** The folder in which the data of Postgres lie. */
    readonly place?: string;
    /** What the console's build made. */
    readonly consoleFolder?: string;
  } = {},
): Promise<ApiBench> {
  const test = await startTestDatabase(place);
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
  const examples = path.resolve(import.meta.dirname, '../../../../examples');
  const composed = await composeParts(config, { examples, ...(consoleFolder && { console: consoleFolder }) });
  const statements = new Set<Statement[]>();
  const parts = {
    ...composed,
    ...(bodies && { bodies }),
    ...(followers && { followers }),
    database: recordStatements(composed.database, (statement) => statements.forEach((list) => list.push(statement))),
    definitionThreads: new DefinitionThreads(composed.logger, await buildDefinitionThread(folder), threadLimits),
  };
  const { app, close } = await createServer(parts, times);
  const members = app.get(MemberRepository);
  await seed(parts, examples);
  parts.listener.start();
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  return {
    url,
    app,
    test,
    database: parts.database,
    listener: parts.listener,
    objects: parts.objects,
    secretKeys: parts.secretKeys,
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
    join: async (teamId, role) => {
      const email = `${role}-${randomBytes(6).toString('hex')}@x.test`;
      return { ...client(url, await addMember(test, members, { teamId, email, role })), email };
    },
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
  return addMember({ database }, members, { teamId: team?.id as string, email: 'other@x.test', role: 'owner' });
}

async function addMember(
  { database }: Pick<TestDatabase, 'database'>,
  members: MemberRepository,
  { teamId, email, role }: { readonly teamId: string; readonly email: string; readonly role: Role },
): Promise<string> {
  await database.rows('insert into member (id, team_id, email, password_hash, role) values ($1, $2, $3, $4, $5)', [
    newId(),
    teamId,
    email,
    await hashPassword(PASSWORD),
    role,
  ]);
  const member = await members.findByEmail(email);
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
