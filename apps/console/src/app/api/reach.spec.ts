import { PATIENCE_MS, Reach } from './reach.js';

/** What is said at `/health`, undefined when nobody is there; everything else is never answered. */
let health: object | undefined;
const given = globalThis.fetch;

beforeEach(() => {
  jest.useFakeTimers();
  globalThis.fetch = (url, init) => {
    if (url === '/health')
      return health
        ? Promise.resolve({ json: () => Promise.resolve(health) } as Response)
        : Promise.reject(new TypeError());
    return new Promise((_, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
    });
  };
});
afterEach(() => {
  jest.useRealTimers();
  globalThis.fetch = given;
});

it('gives up a request that nobody answers as soon as nobody is there, and says so', async () => {
  health = { status: 'ok' };
  const reach = new Reach();
  let failure: unknown;
  void reach.fetch('/graphql').catch((error: unknown) => (failure = error));
  await jest.advanceTimersByTimeAsync(3 * PATIENCE_MS);
  expect([failure, reach.isAway()]).toEqual([undefined, false]);
  health = undefined;
  await jest.advanceTimersByTimeAsync(PATIENCE_MS);
  expect(failure).toBeInstanceOf(TypeError);
  expect(reach.isAway()).toBe(true);
});

it('is back when somebody answers', async () => {
  health = undefined;
  const reach = new Reach();
  reach.notice();
  await jest.advanceTimersByTimeAsync(5_000);
  expect([reach.isAway(), reach.returns()]).toEqual([true, 0]);
  health = { status: 'ok' };
  await jest.advanceTimersByTimeAsync(2_000);
  await reach.whenBack();
  expect([reach.isAway(), reach.returns()]).toEqual([false, 1]);
});

it('is not away when it answers that it cannot serve, and says why until it can', async () => {
  const reach = new Reach();
  const standing = () => [reach.standing(), reach.reason(), reach.returns()];
  health = { status: 'unavailable', reason: 'The disk is full.' };
  reach.noticeUnable();
  expect(standing()).toEqual(['unable', '', 0]);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(standing()).toEqual(['unable', 'The disk is full.', 0]);
  health = { status: 'ok' };
  await jest.advanceTimersByTimeAsync(2_000);
  expect(standing()).toEqual(['there', '', 1]);
});

it('is back as soon as it answers, and serves when it says so', async () => {
  health = undefined;
  const reach = new Reach();
  reach.notice();
  reach.noticeUnable();
  expect(reach.isAway()).toBe(true);
  health = { status: 'unavailable' };
  await jest.advanceTimersByTimeAsync(2_000);
  await reach.whenBack();
  expect([reach.standing(), reach.returns()]).toEqual(['unable', 1]);
  health = undefined;
  await jest.advanceTimersByTimeAsync(2_000);
  expect(reach.isAway()).toBe(true);
  health = { status: 'ok' };
  await jest.advanceTimersByTimeAsync(2_000);
  expect([reach.standing(), reach.returns()]).toEqual(['there', 2]);
});
