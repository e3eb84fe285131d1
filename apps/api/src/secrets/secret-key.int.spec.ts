import { START, appNamed, startApiBench, type ApiBench } from '../testing/api-bench.js';

const ROTATE = 'mutation { rotateSecretKey { secrets sessions errors { code message } } }';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }';
const SAVE = 'mutation ($input: SaveProviderInput!) { saveProvider(input: $input) { errors { code } } }';
const IMPORT = 'mutation ($input: ImportAppInput!) { importApp(input: $input) { errors { code } } }';
const WITH_SECRET = JSON.stringify({
  version: '0.7.0',
  kind: 'app',
  app: { name: 'A', mode: 'workflow' },
  workflow: {
    environment_variables: [{ id: 'v', name: 'K', value_type: 'secret', value: 'sk-2' }],
    graph: { nodes: [], edges: [] },
  },
});
const VIEWER = '{ viewer { email } }';

let bench: ApiBench;
beforeAll(async () => {
  bench = await startApiBench();
}, 60_000);
afterAll(() => bench.close());

async function signIn(): Promise<string> {
  const input = { email: 'owner@tenon.local', password: 'correct horse battery' };
  const { headers } = await bench.nobody.post(SIGN_IN, { input });
  return headers.get('set-cookie')?.split(';')[0] as string;
}

const sealed = () =>
  bench.database.rows<{ id: string; sealed: string; key_id: string }>('select id, sealed, key_id from secret');

it('B09 renewing the key ends every session of a browser, and API tokens go on', async () => {
  const cookies = [await signIn(), await signIn()];
  const viewerOf = async (cookie: string) => (await bench.nobody.post(VIEWER, {}, { cookie })).body.data.viewer;
  for (const cookie of cookies) expect(await viewerOf(cookie)).toEqual({ email: 'owner@tenon.local' });
  const { rotateSecretKey } = await bench.owner.ask(ROTATE);
  expect(rotateSecretKey).toEqual({ secrets: 0, sessions: 2, errors: [] });
  for (const cookie of cookies) expect(await viewerOf(cookie)).toBeNull();
  expect(await bench.owner.ask(VIEWER)).toEqual({ viewer: { email: 'owner@tenon.local' } });
});

it('B09 nothing that the database holds of a session opens it', async () => {
  const cookie = await signIn();
  const token = cookie.split('=')[1] as string;
  const sessions = await bench.database.rows<Record<string, unknown>>('select * from session');
  expect(sessions.length).toBeGreaterThan(0);
  for (const value of sessions.flatMap((row) => Object.values(row)).filter((it) => typeof it === 'string')) {
    expect(value).not.toContain(token);
    const shown: Record<string, string>[] = [
      { cookie: `tenon_session=${value}` },
      { authorization: `Bearer ${value}` },
    ];
    for (const headers of shown) {
      const { body } = await bench.nobody.post(VIEWER, {}, headers);
      expect(body.data?.viewer ?? null).toBeNull();
    }
  }
});

it('the key is renewed for the owner’s token alone', async () => {
  const codesOf = (answer: { errors: { code: string }[] }) => answer.errors.map(({ code }) => code);
  const byBrowser = await bench.nobody.post(ROTATE, {}, { cookie: await signIn() });
  expect(codesOf(byBrowser.body.data.rotateSecretKey)).toEqual(['auth.ownerTokenNeeded']);
  // the owner of another team is not the owner of the instance
  const { rotateSecretKey } = await bench.stranger.ask(ROTATE);
  expect(codesOf(rotateSecretKey)).toEqual(['auth.ownerTokenNeeded']);
  expect((await bench.nobody.post(ROTATE)).body.errors[0].extensions.reason).toBe('auth.required');
});

it('the key is looked for again outside transactions, and what is entered meanwhile is stored once', async () => {
  const open = `select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`;
  const openAtLooks: number[] = [];
  const look = bench.secretKeys.reload.bind(bench.secretKeys);
  const looking = jest.spyOn(bench.secretKeys, 'reload').mockImplementation(async () => {
    openAtLooks.push((await bench.test.database.rows(open)).length);
    await look();
  });
  try {
    // as when another process has renewed the key
    await bench.test.database.rows('delete from secret_key');
    const input = { name: 'looked', baseUrl: 'http://127.0.0.1:1', apiKey: 'sk-1', models: [] };
    const { saveProvider } = await bench.stranger.ask(SAVE, { input });
    await bench.test.database.rows('delete from secret; delete from secret_key');
    const { importApp } = await bench.stranger.ask(IMPORT, { input: { content: WITH_SECRET } });
    expect([saveProvider.errors, importApp.errors]).toEqual([[], []]);
    expect((await bench.stranger.ask('{ apps { edges { node { name } } } }')).apps.edges).toHaveLength(1);
    expect(openAtLooks).toEqual([0, 0]);
  } finally {
    looking.mockRestore();
    await bench.test.database.rows('delete from provider; delete from secret');
  }
});

it('B19 a renewed key seals what the old one did; what is entered after it too; apps run as before', async () => {
  const input = { name: 'openai', baseUrl: 'http://127.0.0.1:1', apiKey: 'sk-canary-4711', models: [] };
  await bench.owner.ask(SAVE, { input });
  const [before] = await sealed();
  const { rotateSecretKey } = await bench.owner.ask(ROTATE);
  expect(rotateSecretKey).toMatchObject({ secrets: 1, errors: [] });
  const [after] = await sealed();
  expect(after?.id).toBe(before?.id);
  expect(after?.key_id).not.toBe(before?.key_id);
  expect(after?.sealed).not.toBe(before?.sealed);
  await bench.stranger.ask(SAVE, { input: { ...input, name: 'other' } });
  expect(new Set((await sealed()).map(({ key_id }) => key_id))).toEqual(new Set([after?.key_id]));
  const app = await appNamed(bench, 'Chatbot');
  const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'hi' } });
  expect(startRun.errors).toEqual([]);
});
