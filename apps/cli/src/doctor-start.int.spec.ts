import { troubles } from '@tenon/platform';
import { itWithDisks, mountSmallDisk } from '@tenon/platform/testing';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { createInstallation, type Diagnosis, type Installation } from './testing/installation.js';
import { startTenon } from './testing/tenon.js';

/* Starts that fail, and what the doctor says afterwards. */

jest.setTimeout(120_000);

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? it : it.skip;
const needsRoot = isRoot ? '' : ' (skipped: only root can make that)';

let installation: Installation;
beforeEach(async () => void (installation = await createInstallation()));
afterEach(() => installation.remove());

/** A start that must fail, and what the doctor says then. */
async function failAndAsk(env: Record<string, string> = {}): Promise<Diagnosis> {
  expect(await installation.launch(env)).toBe(false);
  return installation.doctor(env);
}

const write = async (name: string, content: string | Buffer) => {
  const file = path.join(installation.data, name);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o710 });
  await writeFile(file, content, { mode: 0o600 });
};

it('a folder on which nothing ever ran is no trouble, and there is nobody to ask', async () => {
  const { code, troubles: found } = await installation.doctor();
  expect([code, found]).toEqual([4, []]);
});

it('a port that another program has is told before and after a start', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const taken = String((server.address() as AddressInfo).port);
  const before = await installation.doctor({ TENON_PORT: taken });
  expect([before.code, before.troubles]).toEqual([4, ['portTaken']]);
  const after = await failAndAsk({ TENON_PORT: taken });
  expect([after.code, after.troubles]).toEqual([4, ['portTaken']]);
  expect(after.findings[0]).toMatchObject({
    state: expect.stringContaining(`failed: Port ${taken} is taken by another program`),
    advice: troubles.portTaken.remedy,
  });
  server.close();
});

it('data of another Postgres are told with both versions', async () => {
  await write('postgres/PG_VERSION', '12\n');
  if (isRoot) await run('chown', ['-R', 'postgres', path.join(installation.data, 'postgres')]).catch(() => undefined);
  const { troubles: found, stateOf } = await failAndAsk();
  expect(found).toEqual(['postgresDown']);
  expect(stateOf('postgresDown')).toMatch(/holds data of Postgres 12, but this Tenon brings Postgres \d\d/);
});

asRoot(`a folder that the user of Postgres may not enter is told by its name${needsRoot}`, async () => {
  await chmod(installation.root, 0o700);
  const { troubles: found, stateOf } = await failAndAsk();
  expect(found).toEqual(['folderClosed']);
  expect(stateOf('folderClosed')).toContain(`its user may not enter ${installation.root}`);
});

asRoot(`a data folder of somebody else is told with whose it is${needsRoot}`, async () => {
  await mkdir(installation.data, { mode: 0o755 });
  await chmod(installation.data, 0o755);
  // the other user reads the programs here, and nothing of the clone
  const main = path.join(installation.root, 'dist/apps/cli/main.js');
  const { stdout } = await run(process.execPath, [main, 'doctor', '--json'], {
    env: { TENON_DATA_DIR: installation.data, TENON_PORT: String(installation.port), HOME: '/nonexistent' },
    uid: 65_534,
    gid: 65_534,
  }).catch((error: { stdout: string }) => error);
  const { findings } = JSON.parse(stdout) as { findings: object[] };
  expect(findings[0]).toMatchObject({
    trouble: 'folderClosed',
    state: `${installation.data} belongs to the user 0 and cannot be written by this one`,
  });
});

itWithDisks('a full disk comes before everything that follows from it', async () => {
  const disk = await mountSmallDisk(installation.data, 'size=4m,mode=700');
  try {
    await disk.fill();
    const { code, findings, troubles: found } = await failAndAsk();
    expect([code, found]).toEqual([4, ['diskFull']]);
    expect(findings[0]).toMatchObject({ trouble: 'diskFull', advice: troubles.diskFull.remedy });
    expect(findings.find(({ what }) => what === 'disk of the data')?.state).toMatch(
      /^\d+ (bytes|[kM]B) free at .*; Tenon does not start below 300 MB$/,
    );
  } finally {
    await disk.unmount();
  }
});

it('a damaged file of the Temporal server is told with what the server says', async () => {
  await write('temporal.db', 'this is no database at all, whatever its name says'.repeat(400));
  const { troubles: found, stateOf } = await failAndAsk();
  expect(found).toEqual(['temporalDown']);
  expect(stateOf('temporalDown')).toMatch(/The Temporal server did not start on .*temporal\.db/);
});

it('a Temporal program that is missing and cannot be fetched is told with the way out', async () => {
  const { troubles: found, stateOf } = await failAndAsk({
    PATH: '/nowhere',
    TENON_CACHE_DIR: path.join(installation.data, 'cache'),
    https_proxy: 'http://127.0.0.1:9',
  });
  expect(found).toEqual(['temporalDown']);
  expect(stateOf('temporalDown')).toContain('The Temporal server cannot be fetched');
});

it('a sealing key that is broken, or gone from a used folder, is told and never shown', async () => {
  const part = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
  await write('secret.key', `${part}\n`);
  const broken = await failAndAsk();
  expect(broken.troubles).toEqual(['secretKey']);
  expect(broken.stdout).not.toContain(part);
  await write('version.json', '{"release":"0.0.0"}');
  await run('rm', [path.join(installation.data, 'secret.key'), path.join(installation.data, 'start-failure.json')]);
  const gone = await installation.doctor();
  expect(gone.troubles).toEqual(['secretKey']);
  expect(gone.stateOf('secretKey')).toContain('secret.key is gone');
});

it('a sealing key that is not the one of the data is told, and the start fails', async () => {
  expect(await installation.launch()).toBe(true);
  await saveProvider('a-key-of-a-provider-that-is-sealed');
  await installation.stop();
  await write('secret.key', `${'0'.repeat(64)}\n`);
  const { code, troubles: found, stateOf } = await failAndAsk();
  expect([code, found]).toEqual([4, ['secretKey']]);
  expect(stateOf('secretKey')).toMatch(/^the start of .* failed: api did not start: /);
});

async function saveProvider(apiKey: string): Promise<void> {
  const file = await readFile(path.join(installation.data, 'instance.json'), 'utf8');
  const { url, token } = JSON.parse(file) as { url: string; token: string };
  const query = 'mutation ($input: SaveProviderInput!) { saveProvider(input: $input) { errors { message } } }';
  const input = { name: 'other', baseUrl: 'https://models.example.org/v1', apiKey };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  expect(await response.json()).toEqual({ data: { saveProvider: { errors: [] } } });
}

it('data of a newer Tenon are told, whoever finds out', async () => {
  await write('version.json', '{"release":"9.0.0"}');
  await write('secret.key', `${'0'.repeat(64)}\n`);
  const byLauncher = await failAndAsk();
  expect(byLauncher.troubles).toEqual(['newerData']);
  expect(byLauncher.stateOf('newerData')).toContain('was written by Tenon 9.0.0');

  await write('version.json', '{"release":"0.0.0"}');
  expect(await installation.launch()).toBe(true);
  await installation.stop();
  // an older build lacks what the newest one has done to the schema
  await installation.editProgram('apps/api', (text) => {
    const newest = [...text.matchAll(/name: "(\d{13}-[a-z-]+)"/g)].map(([, name]) => name as string).sort();
    return text.replaceAll(newest.at(-1) as string, '1000000000000-something-older');
  });
  const byApi = await failAndAsk();
  expect(byApi.troubles).toEqual(['newerData']);
  expect(byApi.stateOf('newerData')).toContain('api did not start: This data was written by a newer Tenon');
});

it('a code runner without its runtimes is told by what is missing', async () => {
  await installation.remove();
  installation = await createInstallation('pyodide');
  const { troubles: found, findings } = await failAndAsk();
  expect(found[0]).toBe('codeRunnerBroken');
  expect(findings.find(({ what }) => what === 'runtimes of code')?.state).toBe(
    'Python: the package pyodide is not installed',
  );
});

it('for people, troubles come first and what to do about them once', async () => {
  const server = createServer().listen(installation.port, '127.0.0.1');
  await once(server, 'listening');
  await write('secret.key', 'nonsense');
  const { stdout } = await startTenon(['doctor'], {
    TENON_DATA_DIR: installation.data,
    TENON_PORT: String(installation.port),
  }).ended;
  server.close();
  const [port, advice, key] = stdout.split('\n');
  expect(port).toMatch(/^✗ port {2,}another program listens on port \d+ of 127\.0\.0\.1$/);
  expect(advice?.trim()).toBe(`→ ${troubles.portTaken.remedy}`);
  expect(key).toMatch(/^✗ sealing key {2,}.*does not hold a key/);
  expect(stdout.split(troubles.portTaken.remedy)).toHaveLength(2);
});
