import { AppRepository, MemberRepository } from '@tenon/database';
import { startTestDatabase, type TestDatabase } from '@tenon/database/testing';
import { loadConfig } from '@tenon/platform';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { composeParts, REQUIRED, type Parts } from './parts.js';
import { seed } from './seed.js';

const EXAMPLES = path.resolve(import.meta.dirname, '../../../examples');
const TEMPLATES = ['Chatbot', 'Content moderation', 'Translate and review'];

let test: TestDatabase;
let folder: string;
let parts: Parts;
beforeAll(async () => {
  test = await startTestDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-seed-'));
  const env = {
    TENON_DATABASE_URL: test.url,
    TENON_DATA_DIR: folder,
    TENON_OWNER_PASSWORD: 'correct horse battery',
    TENON_LOG_LEVEL: 'error',
  };
  parts = await composeParts(loadConfig(env, REQUIRED), { examples: EXAMPLES });
}, 60_000);
afterAll(async () => {
  await parts?.database.close();
  await test?.close();
  await rm(folder, { recursive: true });
});
afterEach(() => test.database.rows('truncate team cascade'));

const count = async (table: string) => {
  const [row] = await test.database.rows<{ count: number }>(`select count(*)::int as count from ${table}`);
  return row?.count;
};
const counts = async () => Promise.all(['team', 'member', 'app', 'draft', 'version', 'plan'].map(count));

async function listApps() {
  const owner = await new MemberRepository(test.database).findOwner();
  return new AppRepository(test.database).list(owner!.teamId, { first: 100 });
}
const listNames = async () => (await listApps()).map(({ name }) => name).sort();

describe('seed', () => {
  it('is whole or absent when the connection dies between the templates, and the next start makes it once', async () => {
    // what Postgres sees of a killed process, at the second template
    await test.database.rows(`create function die() returns trigger language plpgsql as $$ begin
      if (select count(*) from app) >= 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
      return new; end $$`);
    await test.database.rows('create trigger die before insert on app for each row execute function die()');
    try {
      await expect(seed(parts, EXAMPLES)).rejects.toMatchObject({ code: 'database.unavailable' });
    } finally {
      await test.database.rows('drop function die() cascade');
    }
    expect(await counts()).toEqual([0, 0, 0, 0, 0, 0]);

    expect(await seed(parts, EXAMPLES)).toEqual({ ownerCreated: true });
    expect(await counts()).toEqual([1, 1, 3, 3, 3, 3]);
    expect(await listNames()).toEqual(TEMPLATES);
  });

  it('does not bring a template back that somebody deleted', async () => {
    await seed(parts, EXAMPLES);
    const [app] = await listApps();
    const owner = await new MemberRepository(test.database).findOwner();
    await new AppRepository(test.database).remove(owner!.teamId, app!.id);
    expect(await seed(parts, EXAMPLES)).toEqual({ ownerCreated: false });
    expect(await listNames()).toEqual(TEMPLATES.filter((name) => name !== app!.name));
  });

  it('B06 is made once by processes that start at the same moment', async () => {
    const made = await Promise.all([1, 2, 3].map(() => seed(parts, EXAMPLES)));
    expect(made.filter(({ ownerCreated }) => ownerCreated)).toHaveLength(1);
    expect(await counts()).toEqual([1, 1, 3, 3, 3, 3]);
  });

  it('names a template that cannot be published, and leaves nothing behind', async () => {
    const examples = path.join(folder, 'examples');
    await cp(EXAMPLES, examples, { recursive: true });
    await writeFile(path.join(examples, 'zebra.yml'), 'app: {name: X}\nkind: app\n');
    await expect(seed(parts, examples)).rejects.toMatchObject({
      code: 'seed.templateRefused',
      message: expect.stringMatching(/zebra\.yml cannot be published \(.+\): correct it or take it away/),
    });
    expect(await counts()).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
