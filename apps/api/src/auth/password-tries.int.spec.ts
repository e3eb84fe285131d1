import { PASSWORD, startApiBench, type ApiBench } from '../testing/api-bench.js';

const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }';
const CHANGE = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { errors { code } } }';
const RIGHT: string[] = [];
const WRONG = ['auth.wrongCredentials'];
const REFUSED = ['auth.tooManyTries'];

let bench: ApiBench;
let teamId: string;
beforeAll(async () => {
  bench = await startApiBench({ TENON_TRUSTED_PROXIES: '127.0.0.1' });
  teamId = (await bench.owner.ask('{ viewer { team { id } } }')).viewer.team.id;
}, 60_000);
afterAll(() => bench.close());

let networks = 0;
/** An address from which nobody has tried anything. */
const newAddress = () => `10.${++networks >> 8}.${networks & 255}.1`;

const post = (email: string, password: string, address: string, { nobody } = bench) =>
  nobody.post(SIGN_IN, { input: { email, password } }, { 'x-forwarded-for': address });

/** The codes of what is wrong with a try to sign in. */
async function signIn(email: string, password: string, address: string, at = bench): Promise<string[]> {
  const { body } = await post(email, password, address, at);
  return body.data.signIn.errors.map(({ code }: { code: string }) => code);
}

async function guess(times: number, email: string, address: string, at = bench): Promise<string[][]> {
  const answers: string[][] = [];
  for (let n = 0; n < times; n++) answers.push(await signIn(email, `wrong ${n}`, address, at));
  return answers;
}

const join = async () => bench.join(teamId, 'member');

describe('guessing a password', () => {
  it('B04 takes as long for an account that is not there', async () => {
    const { email } = await join();
    // of the processor: what else runs on the machine does not count
    const timeOf = async (address: string) => {
      const from = process.cpuUsage();
      await signIn(address, 'wrong', newAddress());
      return process.cpuUsage(from).user;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let n = 0; n < 5; n++) {
      known.push(await timeOf(email));
      unknown.push(await timeOf(`nobody-${n}@x.test`));
    }
    // hashing takes most of either; without it the answer comes in a fraction of the time
    expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 2);
  }, 20_000);

  it('B04 is refused after ten tries, with 429 and when to come again, also many in one document', async () => {
    const { email } = await join();
    const address = newAddress();
    const tries = Array.from(
      { length: 20 },
      (_, n) => `t${n}: signIn(input: { email: "${email}", password: "wrong ${n}" }) { errors { code } }`,
    );
    const { body } = await bench.nobody.post(`mutation { ${tries.join(' ')} }`, {}, { 'x-forwarded-for': address });
    const codes = Object.values<{ errors: { code: string }[] }>(body.data).map(({ errors }) => errors[0]?.code);
    expect(codes.filter((code) => code === 'auth.wrongCredentials')).toHaveLength(10);
    expect(codes.filter((code) => code === 'auth.tooManyTries')).toHaveLength(10);
    const { status, headers } = await post(email, PASSWORD, address);
    expect([status, Number(headers.get('retry-after')) > 600]).toEqual([429, true]);
  }, 20_000);

  it('B04 is counted in one place, however the name is written and whoever has it', async () => {
    const { email } = await join();
    for (const name of [email, 'nobody@x.test']) {
      const address = newAddress();
      expect(await guess(5, name, address)).toEqual(Array(5).fill(WRONG));
      expect(await guess(5, ` ${name.toUpperCase()} `, address)).toEqual(Array(5).fill(WRONG));
      expect(await signIn(name, PASSWORD, address)).toEqual(REFUSED);
      const authorization = `Basic ${Buffer.from(`${email}:${PASSWORD}`).toString('base64')}`;
      const { body } = await bench.nobody.post('{ viewer { email } }', {}, { authorization });
      expect(body.data.viewer).toBeNull();
    }
  }, 20_000);

  it('B04 is counted by all processes together', async () => {
    const other = await startApiBench({
      TENON_DATABASE_URL: bench.test.url,
      TENON_TRUSTED_PROXIES: '127.0.0.1',
      TENON_OWNER_TOKEN: bench.owner.token,
    });
    try {
      const { email } = await join();
      const address = newAddress();
      await guess(5, email, address);
      expect(await guess(6, email, address, other)).toEqual([...Array<string[]>(5).fill(WRONG), REFUSED]);
      expect(await signIn(email, PASSWORD, address)).toEqual(REFUSED);
    } finally {
      await other.close();
    }
  }, 60_000);

  it('B04 of many accounts is refused after fifty tries of one network', async () => {
    for (let n = 0; n < 50; n++) expect(await signIn(`one-${n}@x.test`, 'wrong', `2001:db8:0:9::${n}`)).toEqual(WRONG);
    const { email } = await join();
    expect(await signIn(email, PASSWORD, '2001:db8:0:9:1::')).toEqual(REFUSED);
    expect(await signIn(email, PASSWORD, '2001:db8:0:a::')).toEqual(RIGHT);
  }, 30_000);

  it('B04 from many networks is refused after a thousand tries, but not where the member has signed in before', async () => {
    const { email } = await join();
    const home = newAddress();
    expect(await signIn(email, PASSWORD, home)).toEqual(RIGHT);
    expect(await signIn(email, 'wrong', newAddress())).toEqual(WRONG);
    const before = await bench.database.rows(
      `update password_try set points = points + 999 where key like 'account:%' and points = 1 returning 1`,
    );
    expect(before.length).toBeGreaterThan(0);
    expect(await signIn(email, PASSWORD, newAddress())).toEqual(REFUSED);
    expect(await signIn(email, PASSWORD, home)).toEqual(RIGHT);
    expect(await signIn(email, 'wrong', home)).toEqual(WRONG);
  }, 20_000);
});

describe('whoever guesses elsewhere', () => {
  it('B04 keeps a member neither from signing in nor from changing the password', async () => {
    const member = await join();
    expect((await guess(12, member.email, newAddress())).at(-1)).toEqual(REFUSED);
    expect(await signIn(member.email, PASSWORD, newAddress())).toEqual(RIGHT);
    const next = 'another horse battery';
    const { changePassword } = await member.ask(CHANGE, { input: { current: PASSWORD, next } });
    expect(changePassword.errors).toEqual([]);
    expect(await signIn(member.email, next, newAddress())).toEqual(RIGHT);
  }, 20_000);
});

describe('a member', () => {
  it('B04 in whose session the password is guessed is refused there alone', async () => {
    const member = await join();
    const next = 'another horse battery';
    for (let n = 0; n < 10; n++) await member.ask(CHANGE, { input: { current: `wrong ${n}`, next } });
    const { status, body } = await member.post(CHANGE, { input: { current: PASSWORD, next } });
    expect([status, body.data.changePassword.errors]).toEqual([429, [{ code: 'auth.tooManyTries' }]]);
    expect(await signIn(member.email, PASSWORD, newAddress())).toEqual(RIGHT);
  }, 20_000);

  it('whose password was forgotten and is reset need not wait', async () => {
    const address = newAddress();
    expect((await guess(11, 'owner@tenon.local', address)).at(-1)).toEqual(REFUSED);
    const { resetOwnerPassword } = await bench.owner.ask('mutation { resetOwnerPassword { password } }');
    expect(await signIn('owner@tenon.local', resetOwnerPassword.password, address)).toEqual(RIGHT);
  }, 20_000);

  it('who is right is not counted', async () => {
    const { email } = await join();
    const address = newAddress();
    for (let n = 0; n < 60; n++) expect(await signIn(email, PASSWORD, address)).toEqual(RIGHT);
  }, 30_000);
});
