import { startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => void (bench = await startApiBench()), 60_000);
afterAll(() => bench.close());

it('the health page tells members how much room everything takes and is left, and nobody else', async () => {
  const large = new Uint8Array(300_000);
  await bench.objects.put('values/large', large, 'application/json');
  const health = async (headers: Record<string, string>) =>
    (await (await fetch(`${bench.url}/health`, { headers })).json()) as {
      disk?: Record<string, number | string | null>;
    };
  const { disk } = await health({ authorization: `Bearer ${bench.owner.token}` });
  expect(disk).toMatchObject({ objectsBytes: large.byteLength, temporalBytes: null, warning: null });
  expect(disk?.['databaseBytes']).toBeGreaterThan(1e6);
  expect(disk?.['freeBytes']).toBeGreaterThan(1e9);
  expect(await health({})).toEqual({ status: 'ok' });
});
