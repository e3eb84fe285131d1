import { GraphQLSchemaHost, TypeMetadataStorage } from '@nestjs/graphql';
import { createClient } from 'graphql-ws';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import WebSocket from 'ws';
import { AllowTo, type Caller } from './auth/access.guard.js';
import { buildWorld, OPERATIONS, ROUTES, type World } from './testing/access-examples.js';
import { startApiBench, type ApiBench, type ApiClient } from './testing/api-bench.js';
import { operationsOf, valueAt, withValueAt, type Operation } from './testing/operations-of.js';

/** Everything else is for members and owners alike. */
const FOR_ANYBODY = ['signIn', 'viewer'];
const FOR_OWNERS = [
  'deleteProvider',
  'pullLocalModel',
  'resetOwnerPassword',
  'rotateSecretKey',
  'saveProvider',
  'saveTeamSettings',
  'setDefaultModel',
  'testProvider',
];

let bench: ApiBench;
let operations: readonly Operation[];
let routes: readonly string[];
let models: Server;
const keysSeen: (string | undefined)[] = [];
let modelUrl: string;
let ourTeam: string;
let ours: World;
let theirs: World;
beforeAll(async () => {
  bench = await startApiBench();
  models = createServer((request, response) => {
    keysSeen.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json').end('{"data":[{"id":"m"}]}');
  }).listen(0, '127.0.0.1');
  await once(models, 'listening');
  modelUrl = `http://127.0.0.1:${(models.address() as AddressInfo).port}/v1`;
  operations = operationsOf(bench.app.get(GraphQLSchemaHost).schema);
  routes = routesOf(bench);
  const teamOf = async (client: ApiClient) => (await client.ask('{ viewer { team { id } } }')).viewer.team.id as string;
  ourTeam = await teamOf(bench.owner);
  ours = await buildWorld(bench, ourTeam, modelUrl);
  theirs = await buildWorld(bench, await teamOf(bench.stranger), modelUrl);
}, 60_000);
afterAll(async () => {
  models.close();
  await bench.close();
});

/** Routes as Express has them. */
function routesOf({ app }: ApiBench): string[] {
  interface Layer {
    readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  }
  const { router } = app.getHttpAdapter().getInstance() as { readonly router: { readonly stack: readonly Layer[] } };
  return router.stack
    .flatMap(({ route }) =>
      route ? Object.keys(route.methods).map((verb) => `${verb.toUpperCase()} ${route.path}`) : [],
    )
    .sort();
}

/** Who may call each operation, as it says itself. */
function callers(): Map<string, Caller | undefined> {
  const resolvers = [
    ...TypeMetadataStorage.getQueriesMetadata(),
    ...TypeMetadataStorage.getMutationsMetadata(),
    ...TypeMetadataStorage.getSubscriptionsMetadata(),
  ];
  return new Map(
    resolvers.map(({ schemaName, target, methodName }) => [
      schemaName,
      Reflect.getMetadata(AllowTo.KEY, (target as { prototype: Record<string, object> }).prototype[methodName]!),
    ]),
  );
}

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string; readonly reason?: string } }[];
}

/** Calls an operation; of a subscription, gives what comes first. */
async function call({ kind, document }: Operation, client: ApiClient, variables: object): Promise<Answer> {
  if (kind !== 'subscription') return (await client.post(document, variables)).body;
  const socket = createClient({
    url: `${bench.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${client.token}` },
    retryAttempts: 0,
  });
  try {
    const first = await socket.iterate({ query: document, variables: { ...variables } }).next();
    return first.value as Answer;
  } catch (refusal) {
    if (Array.isArray(refusal)) return { errors: refusal };
    return { errors: [{ extensions: { reason: (refusal as { code: number }).code === 4403 ? 'auth.required' : '' } }] };
  } finally {
    await socket.dispose();
  }
}

/** What the whole database holds. */
async function snapshot(): Promise<string> {
  const tables = await bench.database.rows<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  );
  const sums = tables.map(async ({ name }) => {
    const [row] = await bench.database.rows<{ sum: string }>(
      `select md5(coalesce(string_agg(row::text, '' order by row::text), '')) as sum from "${name}" as row`,
    );
    return `${name} ${row?.sum}`;
  });
  return (await Promise.all(sums)).join('\n');
}

const payloadOf = (name: string, answer: Answer) =>
  answer.data?.[name] as { errors?: { code: string }[]; edges?: unknown[] } | null | undefined;

/** Nothing, as of an id that nobody has. */
function findsNothing(name: string, answer: Answer): boolean {
  if (answer.errors) return answer.errors.every(({ extensions }) => extensions?.code === 'NOT_FOUND');
  const given = payloadOf(name, answer);
  if (given === null) return true;
  const { errors, edges } = given!;
  if (edges) return edges.length === 0;
  return errors !== undefined && errors.length > 0 && errors.every(({ code }) => /missing$/i.test(code));
}

async function expectNothingOf(operation: Operation, variables: object): Promise<void> {
  const before = await snapshot();
  const answer = await call(operation, theirs.client, variables);
  const shown = JSON.stringify(answer);
  if (!findsNothing(operation.name, answer)) throw new Error(`${JSON.stringify(variables)} is answered with ${shown}`);
  expect(shown).not.toContain(ours.mark);
  expect(await snapshot()).toBe(before);
}

const names = Object.keys(OPERATIONS);
const operationOf = (name: string) => operations.find((operation) => operation.name === name)!;
const exampleOf = (name: string) => OPERATIONS[name]!;

describe('the examples', () => {
  it('are of every operation and every route, and name everything that can be named', () => {
    expect(operations.map(({ name }) => name).sort()).toEqual(names.toSorted());
    expect(routes).toEqual(Object.keys(ROUTES).sort());
    const unnamed = operations.flatMap(({ name, ids }) =>
      ids.filter((slot) => !valueAt(exampleOf(name).variables(ours), slot)).map((slot) => [name, ...slot].join('.')),
    );
    expect(unnamed).toEqual([]);
  });

  it('B16 are declared to be for whom they are', () => {
    const declared = callers();
    const allowing = (caller: Caller) => names.filter((name) => declared.get(name) === caller).sort();
    expect(allowing('anybody')).toEqual(FOR_ANYBODY);
    expect(allowing('owner')).toEqual(FOR_OWNERS);
    expect(allowing('member')).toEqual(names.filter((name) => ![...FOR_ANYBODY, ...FOR_OWNERS].includes(name)).sort());
  });
});

describe.each(names)('%s', (name) => {
  it('B13 finds nothing by ids of another team, and changes nothing', async () => {
    const operation = operationOf(name);
    const { variables, hidden } = exampleOf(name);
    if (operation.ids.length > 0) await expectNothingOf(operation, variables(ours));
    for (const slot of operation.ids)
      await expectNothingOf(operation, withValueAt(variables(theirs), slot, valueAt(variables(ours), slot)));
    for (const given of hidden?.(theirs, ours) ?? []) await expectNothingOf(operation, given);
    if (operation.ids.length > 0) return;
    const answer = await call(operation, (await buildWorld(bench, theirs.teamId, modelUrl)).client, variables(theirs));
    expect(JSON.stringify(answer)).not.toContain(ours.mark);
  });

  it('B16 is for those alone whom it declares', async () => {
    const operation = operationOf(name);
    const { variables, mayAnswer = [] } = exampleOf(name);
    const isForAnybody = FOR_ANYBODY.includes(name);
    const isForOwners = FOR_OWNERS.includes(name);
    const before = await snapshot();
    const ofNobody = await call(operation, bench.nobody, variables(ours));
    if (isForAnybody) expect(ofNobody.errors).toBeUndefined();
    else {
      expect(ofNobody.errors?.map(({ extensions }) => extensions?.reason)).toEqual(['auth.required']);
      expect(await snapshot()).toBe(before);
    }
    for (const role of ['member', 'owner'] as const) {
      const world = await buildWorld(bench, ourTeam, modelUrl);
      const caller = role === 'owner' ? world.client : await bench.join(ourTeam, role);
      const sessionId = (await caller.ask('{ sessions { id } }')).sessions[0].id as string;
      const earlier = await snapshot();
      const answer = await call(operation, caller, variables({ ...world, sessionId, client: caller as never }));
      if (isForOwners && role === 'member') {
        expect(answer.errors?.map(({ extensions }) => extensions?.reason)).toEqual(['auth.notOwner']);
        expect(await snapshot()).toBe(earlier);
        continue;
      }
      expect(answer.errors).toBeUndefined();
      const codes = payloadOf(name, answer)?.errors?.map(({ code }) => code) ?? [];
      expect(codes.filter((code) => !mayAnswer.includes(code))).toEqual([]);
    }
  }, 30_000);
});

it('B13 no key of another team is sent to the address that it was entered for', async () => {
  keysSeen.length = 0;
  const test = operationOf('testProvider');
  await call(test, theirs.client, exampleOf('testProvider').variables(ours));
  expect(keysSeen.length).toBeGreaterThan(0);
  expect(keysSeen).toEqual(keysSeen.map(() => undefined));
});

describe.each(Object.keys(ROUTES))('%s', (route) => {
  const example = ROUTES[route]!;
  const [verb = '', pattern = ''] = route.split(' ');
  const send = (client: ApiClient, method = verb) =>
    fetch(bench.url + example.path(ours), {
      method,
      headers: client.token ? { authorization: `Bearer ${client.token}` } : {},
      ...(method === verb && example.body && { body: example.body(ours) }),
    });

  it('B13 B16 answers its team, not another, and nobody who is not signed in', async () => {
    expect((await send(ours.client)).status).toBeLessThan(300);
    const before = await snapshot();
    expect((await send(bench.nobody)).status).toBe(example.isForAnybody ? 200 : 401);
    if (pattern.includes(':') || example.takesId) expect((await send(theirs.client)).status).toBe(404);
    expect(await snapshot()).toBe(before);
  });

  it('B13 is not there by other verbs', async () => {
    const known = routes.filter((other) => other.endsWith(` ${pattern}`)).map((other) => other.split(' ')[0]);
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((other) => !known.includes(other));
    for (const other of others) expect((await send(ours.client, other)).status).toBe(404);
  });
});

const HOSTILE = [
  "' or 1=1 --",
  '"; drop table run; --',
  '$1',
  '{"$ne":1}',
  '%',
  "\0'\\",
  '\ud800',
  '../../etc/passwd',
  'x'.repeat(60_000),
];

it.each(names)(
  'B21 %s takes hostile text for text, wherever it takes any',
  async (name) => {
    const operation = operationOf(name);
    for (const slot of operation.texts)
      for (const text of HOSTILE) {
        const answer = await call(operation, ours.client, withValueAt(exampleOf(name).variables(ours), slot, text));
        expect(answer.errors?.map(({ extensions }) => extensions?.code) ?? []).not.toContain('INTERNAL');
        expect(JSON.stringify(answer)).not.toContain(theirs.mark);
      }
    const intact = await call(operationOf('app'), theirs.client, exampleOf('app').variables(theirs));
    expect(JSON.stringify(intact)).toContain(theirs.mark);
  },
  60_000,
);
