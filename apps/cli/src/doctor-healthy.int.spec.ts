import { startTestPostgres, startTestTemporal } from '@tenon/platform/testing';
import path from 'node:path';
import { createInstallation, type Installation } from './testing/installation.js';

/* The doctor has nothing to say of an installation that is well, however it was started and wherever it is asked. */

jest.setTimeout(120_000);

let installation: Installation;
const closings: (() => Promise<void>)[] = [];
beforeEach(async () => void (installation = await createInstallation()));
afterEach(async () => {
  await installation.remove();
  for (const close of closings.splice(0)) await close();
});

/** Asks in a shell that knows where the data folder is, and nothing else of how Tenon was started. */
async function complaints(): Promise<{ code: number | null; complaints: string[] }> {
  const { code, findings } = await installation.doctor({ TENON_PORT: '', OPENAI_BASE_URL: '', TENON_LOCAL_MODEL: '' });
  // how much room this computer has is not what this is about
  const others = findings.filter(({ level, what }) => level !== 'ok' && !what.startsWith('disk of'));
  return { code, complaints: others.map(({ what, state }) => `${what}: ${state}`) };
}

async function ownServers(): Promise<Record<string, string>> {
  const [postgres, temporal] = await Promise.all([startTestPostgres(), startTestTemporal()]);
  closings.push(
    () => postgres.stop(),
    () => temporal.stop(),
  );
  return { TENON_DATABASE_URL: postgres.url, TENON_TEMPORAL_ADDRESS: temporal.address };
}

it.each([
  ['with nothing but what it brings', async () => ({})],
  ['with a key of a setting', async () => ({ TENON_SECRET_KEY: 'ab'.repeat(32) })],
  ['with files elsewhere', async () => ({ TENON_OBJECTS_DIR: path.join(installation.root, 'files') })],
  ['with a Postgres and a Temporal server of its own', ownServers],
] as const)(
  'an installation %s is well while it runs, and only not there when it was stopped',
  async (_how, prepare) => {
    expect(await installation.launch(await prepare())).toBe(true);
    expect(await complaints()).toEqual({ code: 0, complaints: [] });
    await installation.stop();
    expect(await complaints()).toEqual({
      code: 4,
      complaints: ['api: not running', 'launcher: none runs on the data folder'],
    });
  },
);
