import { PATIENCE_MS, Reach } from './reach.js';

/** Whether somebody is at `/health`; everything else is never answered. */
let isThere: boolean;
const given = globalThis.fetch;

beforeEach(() => {
  jest.useFakeTimers();
  globalThis.fetch = (url, init) => {
    if (url === '/health') return isThere ? Promise.resolve({ ok: true } as Response) : Promise.reject(new TypeError());
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
  isThere = true;
  const reach = new Reach();
  let failure: unknown;
  void reach.fetch('/graphql').catch((error: unknown) => (failure = error));
  await jest.advanceTimersByTimeAsync(3 * PATIENCE_MS);
  expect([failure, reach.isAway()]).toEqual([undefined, false]);
  isThere = false;
  await jest.advanceTimersByTimeAsync(PATIENCE_MS);
  expect(failure).toBeInstanceOf(TypeError);
  expect(reach.isAway()).toBe(true);
});

it('is back when somebody answers', async () => {
  isThere = false;
  const reach = new Reach();
  reach.notice();
  await jest.advanceTimersByTimeAsync(5_000);
  expect([reach.isAway(), reach.returns()]).toEqual([true, 0]);
  isThere = true;
  await jest.advanceTimersByTimeAsync(2_000);
  await reach.whenBack();
  expect([reach.isAway(), reach.returns()]).toEqual([false, 1]);
});
