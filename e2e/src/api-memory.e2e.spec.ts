import { findFreePort } from '@tenon/platform/processes';
import { BuiltProcess, startTestPostgres, type TestPostgres } from '@tenon/platform/testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ask } from './client.js';
import { addStranger } from './stranger.js';

/* Requests that want more memory than there is are refused or wait, and the API goes on. */

const MIB = 1024 * 1024;

let folder: string;
let postgres: TestPostgres;
let api: BuiltProcess;
let url: string;
const token = randomBytes(24).toString('hex');
let strangersToken: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-api-memory-'));
  postgres = await startTestPostgres();
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  api = new BuiltProcess('apps/api', {
    PATH: process.env['PATH'] ?? '',
    NODE_OPTIONS: '--max-old-space-size=256',
    TENON_PORT: String(port),
    TENON_PUBLIC_URL: url,
    TENON_DATA_DIR: folder,
    TENON_DATABASE_URL: postgres.url,
    TENON_OWNER_PASSWORD: 'correct horse battery',
    TENON_OWNER_TOKEN: token,
    TENON_LOCAL_MODEL: 'off',
    TENON_LOG_LEVEL: 'warn',
  });
  await api.start();
  strangersToken = await addStranger(postgres.url, 'token');
}, 120_000);
afterAll(async () => {
  await api.stop();
  await postgres.stop();
  await rm(folder, { recursive: true });
});

const QUERY = '{ viewer { email } }';
const HEAD = `{"query":"${QUERY}","variables":{"unused":`;

const manyKeys = Array.from({ length: 1_000_000 }, (_, n) => `{"${n.toString(36)}":0}`).join();

it.each<[string, string]>([
  ['objects', `${HEAD}[${'{},'.repeat((15 * MIB) / 3)}{}]}}`],
  ['objects of different keys', `${HEAD}[${manyKeys}]}}`],
  ['wide characters', `${HEAD}"${'€'.repeat(5 * MIB)}"}}`],
])(
  'B72 many large bodies of %s at once end no API, and another team is answered meanwhile',
  async (_what, body) => {
    const { pid } = api;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    let open = 16;
    const many = Array.from({ length: open }, () =>
      fetch(`${url}/graphql`, { method: 'POST', headers, body })
        .then((response) => response.text())
        // cut off, since it was refused before all of it was sent
        .catch(() => undefined)
        .finally(() => (open -= 1)),
    );
    const stranger = { url, token: strangersToken };
    do await ask(stranger, QUERY);
    while (open > 8);
    const large = `query { viewer { email } } #${'x'.repeat(MIB)}`;
    expect(await ask(stranger, large)).toEqual({ viewer: { email: 'other@x.test' } });
    await Promise.all(many);
    expect(await ask(stranger, QUERY)).toBeDefined();
    expect(api.isRunning && api.pid).toBe(pid);
  },
  120_000,
);
