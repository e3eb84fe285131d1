import { buildSchema, getNamedType, isObjectType, isRequiredArgument, type GraphQLField } from 'graphql';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildWorld, OPERATIONS, type World } from './testing/access-examples.js';
import { startApiBench, type ApiBench } from './testing/api-bench.js';

/* Every list of the schema, asked for absurdly. */

const schema = buildSchema(readFileSync(path.resolve(import.meta.dirname, '../schema.graphql'), 'utf8'));
const root = schema.getQueryType()!;

interface List {
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
  /** A query for the list with these arguments besides those that it needs. */
  readonly ask: (given: string) => string;
  readonly variables: (of: World) => object;
}

const declare = ({ args }: GraphQLField<unknown, unknown>) => args.filter(isRequiredArgument);
const isPage = (type: string) => /(Connection|Edge|PageInfo)$/.test(type);

function listOf(owner: string, field: GraphQLField<unknown, unknown>): List {
  const inner = (given: string, more = '') => `${field.name}(${more} ${given}) { edges { cursor } }`;
  // reached by itself, or through the query that finds what it belongs to
  const door =
    owner === root.name
      ? field
      : Object.values(root.getFields()).find(({ type, args }) => String(type) === owner && args.length > 0)!;
  const needed = declare(door);
  const head = needed.length > 0 ? `query (${needed.map(({ name, type }) => `$${name}: ${String(type)}`).join()})` : '';
  const passed = needed.map(({ name }) => `${name}: $${name}`).join();
  return {
    name: `${owner}.${field.name}`,
    field,
    ask: (given) =>
      door === field
        ? `${head} { ${inner(given, passed)} }`
        : `${head} { ${door.name}(${passed}) { ${inner(given)} } }`,
    variables: (of) => {
      const all = OPERATIONS[door.name]!.variables(of) as Record<string, unknown>;
      return Object.fromEntries(needed.map(({ name }) => [name, all[name]]));
    },
  };
}

const lists = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((owner) =>
    Object.values(owner.getFields())
      .filter(({ type }) => getNamedType(type).name.endsWith('Connection') && !isPage(owner.name))
      .map((field) => listOf(owner.name, field)),
  );

let bench: ApiBench;
let world: World;
beforeAll(async () => {
  bench = await startApiBench();
  const { viewer } = await bench.owner.ask('{ viewer { team { id } } }');
  world = await buildWorld(bench, viewer.team.id, 'http://127.0.0.1:9');
}, 60_000);
afterAll(() => bench.close());

const post = ({ ask, variables }: List, given: string) => bench.owner.post(ask(given), variables(world));

it('B18 there are lists, each in pages, and each answers to those who ask for one', async () => {
  expect(lists.map(({ name }) => name)).toEqual(expect.arrayContaining(['App.versions', 'Query.apps', 'Query.runs']));
  for (const list of lists) {
    const names = list.field.args.filter((argument) => !isRequiredArgument(argument)).map(({ name }) => name);
    expect([list.name, names.filter((name) => name !== 'filter').sort()]).toEqual([list.name, ['after', 'first']]);
    const { body } = await post(list, 'first: 100');
    expect([list.name, body.errors]).toEqual([list.name, undefined]);
    expect(JSON.stringify(body.data)).toContain('"cursor"');
  }
});

const ABSURD = [
  ...['-1', '0', '101', '1000000000', '2147483647', '2147483648', '-2147483649', '1.5', '"10"', 'null', '[1]'].map(
    (first) => `first: ${first}`,
  ),
  ...['"x"', '"\' or 1=1 --"', '1', '["x"]', '"\\u0000"'].map((after) => `first: 1, after: ${after}`),
  ...['sort: "password"', 'orderBy: {id: "desc"}', 'last: 1', 'before: "x"', 'offset: 1', 'limit: 1'],
  ...['where: {or: []}', 'filter: {passwordHash: "x"}', 'filter: {teamId: {ne: "x"}}', 'filter: {id_gt: 0}'],
];

it.each(lists.map((list) => [list.name, list] as const))('B18 %s refuses what makes no sense', async (_name, list) => {
  for (const given of ABSURD) {
    const { body } = await post(list, given);
    expect([given, body.errors?.[0].extensions.code]).toEqual([
      given,
      expect.stringMatching(/^(INVALID|BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/),
    ]);
    expect(JSON.stringify(body)).not.toContain('"edges"');
  }
});
