import { findFreePort } from '@tenon/platform/processes';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { diagnose, type Diagnosis } from './testing/installation.js';
import { startInstanceBench, type InstanceBench } from './testing/instance-bench.js';

/* What the doctor finds in the runs of an instance and in those who carry them. */

jest.setTimeout(120_000);

const ROOT = path.resolve(import.meta.dirname, '../../..');
const CHAT = ['run', 'Chatbot', '-q', 'hello', '--json'];

let bench: InstanceBench;
let folder: string;
beforeAll(async () => {
  bench = await startInstanceBench();
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-doctor-runs-'));
});
afterAll(async () => {
  await bench?.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => bench.model.setRules([]));

/** Asks the doctor about the instance at `url`. */
function ask(url = bench.url, env: Record<string, string> = {}): Promise<Diagnosis> {
  const { PATH = '', HOME = '' } = process.env;
  const target = { TENON_URL: url, TENON_TOKEN: bench.token, TENON_DATA_DIR: folder };
  return diagnose(path.join(ROOT, 'dist/apps/cli/main.js'), { PATH, HOME, ...target, ...env });
}

const laterBy = (seconds: number) => ({
  NODE_OPTIONS: `--import ${pathToFileURL(path.join(import.meta.dirname, 'testing/later-clock.mjs'))}`,
  LATER_SECONDS: String(seconds),
});

/** Asks until the doctor finds what the instance needs a moment to notice. */
async function askUntil(check: (found: Diagnosis) => boolean): Promise<Diagnosis> {
  for (const deadline = Date.now() + 60_000; ;) {
    const found = await ask();
    if (check(found)) return found;
    if (Date.now() > deadline) throw new Error(JSON.stringify(found.findings));
  }
}

it.each([
  ['refuses the key', { kind: 'status', status: 401 }, 'model.unauthorized'],
  ['does not know the model', { kind: 'status', status: 404, code: 'model_not_found' }, 'model.notFound'],
  ['cannot be reached', { kind: 'reset' }, 'model.unreachable'],
] as const)('a provider that %s is told by the newest run, until one goes well', async (_what, fault, code) => {
  bench.model.setRules([{ reply: { text: 'never' }, fault }]);
  expect((await bench.tenon(...CHAT)).code).toBe(1);
  const failed = await ask();
  expect([failed.code, failed.troubles]).toEqual([1, ['modelRefused']]);
  expect(failed.stateOf('modelRefused')).toContain(`the newest run of Chatbot: ${code}: `);
  bench.model.setRules([]);
  expect((await bench.tenon(...CHAT)).code).toBe(0);
  const mended = await ask();
  expect([mended.code, mended.troubles]).toEqual([0, []]);
});

it('a code runner that is not there is told by the newest run', async () => {
  const example = JSON.parse(await readFile(path.join(ROOT, 'libs/nodes/src/code/example.json'), 'utf8')) as {
    app: object;
  };
  const file = path.join(folder, 'code.yml');
  await writeFile(file, JSON.stringify(example.app));
  expect((await bench.tenon('run', file, '-i', 'a=1', '-i', 'b=2', '--json')).code).toBe(1);
  const { code, troubles, stateOf } = await ask();
  expect([code, troubles]).toEqual([1, ['codeRunnerBroken']]);
  expect(stateOf('codeRunnerBroken')).toContain('code.unavailable');
});

it('a local model that was not fetched is told where nothing else is configured', async () => {
  const [apiPort, modelsPort] = [String(await findFreePort()), String(await findFreePort())];
  const local = {
    TENON_LOCAL_MODEL: 'auto',
    TENON_LOCAL_MODELS_URL: `http://127.0.0.1:${modelsPort}`,
    TENON_LOCAL_MODELS_PORT: modelsPort,
    TENON_LOCAL_MODELS_TOKEN: bench.token,
    TENON_CACHE_DIR: path.join(folder, 'cache'),
    OPENAI_BASE_URL: '',
  };
  const models = bench.program('apps/local-models', local);
  const api = bench.program('apps/api', { ...local, TENON_PORT: apiPort });
  await models.start();
  await api.start();
  const { code, troubles, stateOf } = await ask(`http://127.0.0.1:${apiPort}`);
  expect([code, troubles]).toEqual([1, expect.arrayContaining(['localModelMissing'])]);
  expect(stateOf('localModelMissing')).toContain('not here yet');
  await Promise.all([api.stop(), models.stop()]);
});

it('clocks that differ from that of the database are told, whosever they are', async () => {
  const port = String(await findFreePort());
  const api = bench.program('apps/api', { TENON_PORT: port, ...laterBy(90) });
  await api.start();
  const ofApi = await ask(`http://127.0.0.1:${port}`);
  expect(ofApi.troubles).toContain('clockSkew');
  expect(ofApi.stateOf('clockSkew')).toMatch(/^that of the API is (89|90) s ahead of that of the database$/);
  await api.stop();

  const worker = bench.program('temporal/worker', laterBy(-90));
  await worker.start();
  const ofWorker = await askUntil(({ troubles }) => troubles.includes('clockSkew'));
  expect(ofWorker.stateOf('clockSkew')).toMatch(/^that of a worker is (90|91) s behind that of the database$/);
  await worker.stop();
});

it('a workflow server that is silent is told before the runs that wait for it', async () => {
  bench.model.setRules([{ reply: { text: ['so far', ' and on'], holdAfter: 1 } }]);
  const run = bench.start(CHAT);
  await bench.model.waitForHeld(1);
  await bench.temporal.kill('SIGSTOP');
  const { code, troubles, findings } = await askUntil((found) => found.troubles.includes('temporalDown'));
  // the code of before still has no runner
  expect([code, troubles]).toEqual([1, ['temporalDown', 'codeRunnerBroken', 'runsStuck']]);
  expect(findings.find(({ what }) => what === 'workflow server')?.state).toMatch(/^answers no worker for /);
  expect(findings.find(({ what }) => what === 'open runs')?.state).toMatch(
    /^1 run, the oldest of .* ago: The workflow server does not answer; the run goes on when it is back\.$/,
  );
  await bench.temporal.kill('SIGCONT');
  bench.model.setRules([]);
  bench.model.release();
  expect((await run.ended).code).toBe(0);
});

it('a run that waits for more than a minute is told with why, and what is missing before it', async () => {
  await bench.worker.stop();
  const run = bench.start(CHAT);
  await run.waitFor('stderr', 'No worker has taken the run yet');
  const now = await ask();
  expect(now.troubles).toEqual(expect.arrayContaining(['processDies']));
  expect(now.troubles).not.toContain('runsStuck');
  const later = await ask(bench.url, laterBy(120));
  expect(later.troubles).toEqual(['processDies', 'codeRunnerBroken', 'runsStuck']);
  expect(later.stateOf('runsStuck')).toMatch(/^1 run, the oldest of 2 min .* ago: No worker has taken the run yet\.$/);
  await bench.worker.start();
  expect((await run.ended).code).toBe(0);
});

it('a database that is away is told, and nobody can be asked', async () => {
  await bench.postgres.kill();
  const { code, troubles } = await ask();
  expect([code, troubles]).toEqual([4, ['postgresDown']]);
  await bench.postgres.restart();
});
