import { START, appNamed, startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => {
  bench = await startApiBench();
}, 60_000);
afterAll(() => bench.close());

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const get = (path: string, headers: Record<string, string> = {}) => fetch(`${bench.url}${path}`, { headers });

it('a request is named as its caller names it, or anew', async () => {
  const nameOf = async (headers?: Record<string, string>) =>
    (await get('/health', headers)).headers.get('x-request-id');
  expect(await nameOf({ 'x-request-id': 'order-4711:2' })).toBe('order-4711:2');
  expect(await nameOf()).toMatch(UUID);
  for (const insane of ['', 'two words', 'a'.repeat(129), '{"level":"fatal"}', 'ä'])
    expect(await nameOf({ 'x-request-id': insane })).toMatch(UUID);
});

it('errors tell the name of their request', async () => {
  const headers = { 'x-request-id': 'named-1' };
  expect(await (await get('/api/files/none', headers)).json()).toMatchObject({ requestId: 'named-1' });
  const { body } = await bench.nobody.post('{ apps { edges { node { id } } } }', {}, headers);
  expect(body.errors[0].extensions).toMatchObject({ reason: 'auth.required', requestId: 'named-1' });
  const wrong = await bench.owner.post('{ nothing }', {}, headers);
  expect(wrong.headers.get('x-request-id')).toBe('named-1');
});

it('a run keeps the name of the request that started it', async () => {
  const app = await appNamed(bench, 'Chatbot');
  const input = { appId: app.id, query: 'hi', idempotencyKey: 'k' };
  const authorization = `Bearer ${bench.owner.token}`;
  const start = async (name: string) => {
    const { body } = await bench.nobody.post(START, { input }, { authorization, 'x-request-id': name });
    return body.data.startRun.run.id as string;
  };
  const runId = await start('first-1');
  // the same run again is still the one of the first request
  expect(await start('second-2')).toBe(runId);
  const { run } = await bench.owner.ask('query ($id: ID!) { run(id: $id) { requestId } }', { id: runId });
  expect(run).toEqual({ requestId: 'first-1' });
});
