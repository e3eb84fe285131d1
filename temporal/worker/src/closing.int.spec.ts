import { startRunBench, type RunBench } from './testing/run-bench.js';
import { startTestWorker } from './testing/test-worker.js';

let bench: RunBench;
beforeAll(async () => void (bench = await startRunBench()), 120_000);
afterAll(() => bench.close());

it('a worker that is stopped gives up its calls in time, also while something else of it cannot end', async () => {
  const worker = await startTestWorker(bench);
  let closed: Promise<void> | undefined;
  await bench.test.database.inTransaction(async (sql) => {
    // the relay waits for the table
    await sql.rows('lock table run in access exclusive mode');
    const waiting = () => bench.test.database.rows('select 1 from pg_locks where not granted');
    while ((await waiting()).length === 0) await new Promise((resolve) => setImmediate(resolve));
    closed = worker.close();
    await worker.ended;
  });
  await closed;
}, 30_000);
