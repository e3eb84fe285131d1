import { openDatabase, type Database } from '@tenon/database';
import { findFreePort } from '@tenon/platform/processes';
import { BuiltProcess, startTestPostgres, type TestPostgres } from '@tenon/platform/testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { holdAnswersOf, type HeldAnswers } from './held-answers.js';

/* What holds for several API processes on one database, and for one that is killed. */

interface Api {
  readonly process: BuiltProcess;
  readonly url: string;
}
interface Started {
  readonly run: { readonly id: string } | null;
  readonly errors: readonly { readonly code: string }[];
}

const START = 'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } errors { code } } }';
const token = randomBytes(24).toString('hex');

let postgres: TestPostgres;
let database: Database;
let folder: string;
let held: HeldAnswers;
let apis: readonly Api[];
/** One that reaches the database by a way on which answers can be held back. */
let third: Api;

async function apiOn(databaseUrl: string): Promise<Api> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const process = new BuiltProcess('apps/api', {
    PATH: globalThis.process.env['PATH'] ?? '',
    TENON_PORT: String(port),
    TENON_PUBLIC_URL: url,
    TENON_DATA_DIR: folder,
    TENON_DATABASE_URL: databaseUrl,
    TENON_OWNER_PASSWORD: 'correct horse battery',
    TENON_OWNER_TOKEN: token,
    TENON_LOCAL_MODEL: 'off',
    TENON_LOG_LEVEL: 'error',
  });
  return { process, url };
}

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = openDatabase({ url: postgres.url, poolSize: 2, name: 'e2e' });
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-e2e-'));
  held = await holdAnswersOf(Number(new URL(postgres.url).port));
  const viaHeld = new URL(postgres.url);
  viaHeld.hostname = '127.0.0.1';
  viaHeld.port = String(held.port);
  apis = [await apiOn(postgres.url), await apiOn(postgres.url)];
  third = await apiOn(viaHeld.href);
  await Promise.all(apis.map(({ process }) => process.start()));
  await third.process.start();
}, 120_000);
afterAll(async () => {
  await Promise.all([...(apis ?? []), ...(third ? [third] : [])].map(({ process }) => process.kill()));
  await held?.close();
  await database?.close();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function ask<Data>({ url }: Api, query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

const start = async (api: Api, input: object) => (await ask<{ startRun: Started }>(api, START, { input })).startRun;

async function appNamed(name: string): Promise<string> {
  const { apps } = await ask<{ apps: { edges: { node: { id: string; name: string } }[] } }>(
    apis[0] as Api,
    '{ apps { edges { node { id name } } } }',
  );
  return apps.edges.find(({ node }) => node.name === name)!.node.id;
}

const rowsOf = (key: string) => database.rows<{ id: string }>('select id from run where idempotency_key = $1', [key]);

it('B06 the first team is made once by processes that start together, and never again by one that starts later', async () => {
  const owners = () => database.rows('select id, password_hash from member');
  const before = await owners();
  expect(before).toHaveLength(1);
  expect(await database.rows('select name from app order by name')).toHaveLength(3);
  const later = await apiOn(postgres.url);
  await later.process.start();
  await later.process.stop();
  expect(await owners()).toEqual(before);
}, 60_000);

it('B75 a key gives one run of a hundred requests to two processes, and another body is refused by both', async () => {
  const input = { appId: await appNamed('Chatbot'), query: 'hello', idempotencyKey: 'hundred' };
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => start(apis[n % 2] as Api, input)));
  expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
  expect(new Set(answers.map(({ run }) => run?.id)).size).toBe(1);
  expect(await rowsOf('hundred')).toHaveLength(1);
  for (const api of apis)
    expect((await start(api, { ...input, query: 'bye' })).errors).toEqual([{ code: 'run.keyReused' }]);
}, 60_000);

it('B75 a run that was accepted when the API was killed before it could say so is the run of the next request', async () => {
  const idempotencyKey = 'killed';
  const input = { appId: await appNamed('Chatbot'), query: 'hi', idempotencyKey };
  held.holdAfter('commit');
  let answer: unknown;
  const cut = start(third, input).then(
    (started) => (answer = started),
    () => undefined,
  );
  let rows: { id: string }[] = [];
  while (rows.length === 0 && !answer) rows = await rowsOf(idempotencyKey);
  await third.process.kill();
  await cut;
  expect(answer).toBeUndefined();
  held.release();
  await third.process.start();
  expect(await start(third, input)).toEqual({ run: { id: rows[0]?.id }, errors: [] });
  expect(await start(apis[0] as Api, input)).toEqual({ run: { id: rows[0]?.id }, errors: [] });
  expect(await rowsOf(idempotencyKey)).toEqual(rows);
}, 60_000);
