import { startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => {
  bench = await startApiBench();
}, 60_000);
afterAll(() => bench.close());

describe('signing in', () => {
  const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { viewer { email role team { name } } errors { code message } } }`;

  it('B08 gives a cookie that pages of ours can use, and others cannot', async () => {
    const answer = await bench.nobody.post(SIGN_IN, {
      input: { email: 'Owner@tenon.local', password: 'correct horse battery' },
    });
    expect(answer.body.data.signIn.viewer).toMatchObject({ email: 'owner@tenon.local', role: 'owner' });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^tenon_session=[\w-]{43};.*HttpOnly; SameSite=Lax/);
    const [pair] = cookie.split(';') as [string];
    const viewer = (origin?: string) =>
      bench.nobody.post('{ viewer { email } }', {}, { cookie: pair, ...(origin && { origin }) });
    expect((await viewer()).body.data.viewer.email).toBe('owner@tenon.local');
    expect((await viewer(bench.url)).body.data.viewer.email).toBe('owner@tenon.local');
    const foreign = await viewer('https://evil.example');
    expect(foreign.status).toBe(403);
    expect(foreign.body.errors[0]).toMatchObject({ extensions: { code: 'FORBIDDEN', reason: 'auth.foreignOrigin' } });
    await bench.nobody.post('mutation { signOut { errors { code } } }', {}, { cookie: pair });
    expect((await viewer()).body.data.viewer).toBeNull();
  });

  it('is refused after ten wrong passwords, also with the right one', async () => {
    const attempt = async (password: string) => {
      const { body } = await bench.nobody.post(SIGN_IN, { input: { email: 'other@x.test', password } });
      return body.data.signIn.errors[0]?.code;
    };
    const codes: string[] = [];
    for (let i = 0; i < 10; i++) codes.push(await attempt('wrong'));
    expect(new Set(codes)).toEqual(new Set(['auth.wrongCredentials']));
    expect(await attempt('correct horse battery')).toBe('auth.tooManyTries');
  });

  it('gets a new password by the owner’s API token alone, and old sessions end with the old one', async () => {
    const RESET = 'mutation { resetOwnerPassword { email password errors { code } } }';
    const signIn = async (password: string) => {
      const { headers } = await bench.nobody.post(SIGN_IN, { input: { email: 'owner@tenon.local', password } });
      return headers.get('set-cookie')?.split(';')[0];
    };
    const cookie = await signIn('correct horse battery');
    const byBrowser = await bench.nobody.post(RESET, {}, { cookie: cookie! });
    expect(byBrowser.body.data.resetOwnerPassword.errors).toEqual([{ code: 'auth.ownerTokenNeeded' }]);
    const { resetOwnerPassword } = await bench.owner.ask(RESET);
    expect(resetOwnerPassword).toMatchObject({ email: 'owner@tenon.local', errors: [] });
    expect(resetOwnerPassword.password).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect((await bench.nobody.post('{ viewer { id } }', {}, { cookie: cookie! })).body.data.viewer).toBeNull();
    expect(await signIn('correct horse battery')).toBeUndefined();
    expect(await signIn(resetOwnerPassword.password)).toMatch(/^tenon_session=/);
  });

  it('is needed for everything but asking who is signed in', async () => {
    expect((await bench.nobody.ask('{ viewer { id } }')).viewer).toBeNull();
    for (const document of ['{ apps { edges { cursor } } }', '{ runs { edges { cursor } } }', '{ providers { name } }'])
      expect((await bench.nobody.post(document)).body.errors[0].extensions).toMatchObject({ reason: 'auth.required' });
  });
});
