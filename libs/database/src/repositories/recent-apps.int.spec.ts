import type { AppId } from '@tenon/base';
import { newId } from '../new-id.js';
import { planOf, seedAgedRun, seedApp, startTestDatabase, type TestDatabase } from '../testing/index.js';
import { PLAN } from '../testing/two-steps.js';
import { AppRepository } from './app.repository.js';

let test: TestDatabase;
beforeAll(async () => (test = await startTestDatabase()), 60_000);
afterAll(() => test.close());

it('apps are listed by what was changed or run last, of one team alone', async () => {
  const [{ teamId, appId: young }, other] = [await seedApp(test.database, PLAN), await seedApp(test.database, PLAN)];
  const seed = async (changedDaysAgo: number) => {
    const id = newId<AppId>();
    await test.database.rows(
      `insert into app (id, team_id, name, mode, updated_at) values ($1, $2, 'App', 'chat', now() - make_interval(days => $3))`,
      [id, teamId, changedDaysAgo],
    );
    return id;
  };
  const [used, changed, old] = [await seed(9), await seed(5), await seed(7)];
  await seedAgedRun(test.database, { teamId, appId: used }, { daysAgo: 8 });
  await seedAgedRun(test.database, { teamId, appId: used }, { daysAgo: 2 });
  await seedAgedRun(test.database, other, { daysAgo: 0 });
  const apps = new AppRepository(test.database);
  expect((await apps.listRecent(teamId, 10)).map(({ id }) => id)).toEqual([young, used, changed, old]);
  expect(await apps.listRecent(teamId, 2)).toHaveLength(2);

  await test.database.rows(
    `insert into run (id, team_id, app_id, plan_hash, channel, inputs, system)
     select gen_random_uuid(), team_id, id, 'plan', 'test', '{}', '{}' from app, generate_series(1, 2000)`,
  );
  await test.database.rows('analyze run, app');
  const plan = await planOf(test.database, (database) => new AppRepository(database).listRecent(teamId, 6));
  expect(plan).toContain(' run_app ');
  expect(plan).not.toContain('Seq Scan on run');
}, 60_000);
