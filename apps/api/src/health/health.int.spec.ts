import { setTimeout as delay } from 'node:timers/promises';
import { APPS, startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => {
  bench = await startApiBench();
}, 60_000);
afterAll(() => bench.close());

describe('health', () => {
  it('B20 tells strangers only that it serves, and members what runs', async () => {
    const anybody = (await (await fetch(`${bench.url}/health`)).json()) as object;
    expect(anybody).toEqual({ status: 'ok' });
    const headers = { authorization: `Bearer ${bench.owner.token}` };
    const member = (await (await fetch(`${bench.url}/health`, { headers })).json()) as object;
    expect(member).toMatchObject({ status: 'ok', database: { state: 'up' }, runs: { workers: 0 } });
  });

  it('probes the database at most once a second, however many ask', async () => {
    const from = performance.now();
    const statements = await bench.statementsOf(async () => {
      for (let n = 0; n < 10; n++)
        await Promise.all(Array.from({ length: 10 }, async () => (await fetch(`${bench.url}/health`)).text()));
    });
    const probes = statements.filter(({ text }) => text.includes('generate_series'));
    expect(probes.length).toBeLessThanOrEqual(1 + (performance.now() - from) / 1_000);
  });

  it('says 503 while the database is away, and accepts again when it is back', async () => {
    await bench.test.postgres.kill();
    const health = () => fetch(`${bench.url}/health`);
    while ((await health()).status !== 503) await delay(100);
    expect(await (await health()).json()).toEqual({ status: 'unavailable' });
    const { status, body } = await bench.owner.post('{ apps { edges { cursor } } }');
    expect([status, body.errors[0].extensions.code]).toEqual([503, 'UNAVAILABLE']);
    await bench.test.postgres.restart();
    while ((await health()).status !== 200) await delay(100);
    expect((await bench.owner.ask(APPS)).apps.edges.length).toBeGreaterThan(0);
  }, 30_000);
});
