import { defineErrors, type AppId, type MemberId, type TeamId, type VersionId } from '@tenon/base';
import type { Database, Sql } from '../database.js';
import { newId } from '../new-id.js';
import { storableJsonText } from '../storable.js';
import { budgetOf, type SettledBudget } from '../token-budgets.js';
import { storePlan } from './plan.repository.js';

/** Failures of changing an app. */
export const appErrors = defineErrors('app', { missing: 'missing', hasRuns: 'conflict' });
export const draftErrors = defineErrors('draft', { staleRevision: 'conflict' });

/** What lists and pages show of an app. */
export interface AppFields {
  readonly name: string;
  readonly mode: string;
  readonly description: string;
  readonly icon: string;
  readonly iconBackground: string;
}

export interface AppRecord extends AppFields {
  readonly id: AppId;
  readonly liveVersionId: VersionId | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A draft without its definition: see `DefinitionRepository`. */
export interface DraftRecord {
  readonly appId: AppId;
  readonly revision: number;
  readonly updatedAt: Date;
}

/** A version without its definition: see `DefinitionRepository`. */
export interface VersionRecord {
  readonly id: VersionId;
  readonly appId: AppId;
  readonly number: number;
  readonly planHash: string;
  readonly createdAt: Date;
}

/** Gives the text of a definition; what it stores is stored with the definition or not at all. */
export type WriteDefinition = (sql: Sql) => Promise<string>;

/** Where a page of an app's versions begins. */
export interface VersionPage {
  readonly appId: AppId;
  readonly after?: VersionId;
}

/** A version by its plan, both null where there is none, and what the team may still use. */
export type Runnable = { readonly budget: SettledBudget } & (
  { readonly versionId: VersionId; readonly planHash: string } | { readonly versionId: null; readonly planHash: null }
);

/**
 * Apps with their drafts and versions. The team is the first argument of every method. Definitions and plans are given as
 * JSON text.
 */
export class AppRepository {
  constructor(private readonly database: Database) {}

  /** Makes an app with its first draft. */
  async create(teamId: TeamId, fields: AppFields, write: WriteDefinition): Promise<DraftRecord> {
    const id = newId<AppId>();
    return this.database.inTransaction(async (sql) => {
      await sql.rows(
        `insert into app (id, team_id, name, mode, description, icon, icon_background)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [id, teamId, fields.name, fields.mode, fields.description, fields.icon, fields.iconBackground],
      );
      const [draft] = await sql.rows<DraftRecord>(
        `insert into draft (app_id, team_id, definition) values ($1, $2, $3::json) returning ${DRAFT_FIELDS}`,
        [id, teamId, storableJsonText(await write(sql))],
      );
      return draft as DraftRecord;
    });
  }

  async find(teamId: TeamId, appId: AppId): Promise<AppRecord | undefined> {
    const [row] = await this.database.rows<AppRecord>(`${SELECT_APP} where team_id = $1 and id = $2`, [teamId, appId]);
    return row;
  }

  findMany(teamId: TeamId, appIds: readonly AppId[]): Promise<AppRecord[]> {
    return this.database.rows(`${SELECT_APP} where team_id = $1 and id = any($2::uuid[])`, [teamId, appIds]);
  }

  /**
   * A page of apps, newest first.
   * @param words  all of them stand in the name or the description, in whatever case
   */
  list(
    teamId: TeamId,
    page: { readonly first: number; readonly after?: AppId },
    words: readonly string[] = [],
  ): Promise<AppRecord[]> {
    return this.database.rows(
      `${SELECT_APP} where team_id = $1 and ($2::uuid is null or id < $2)
         and not exists (
           select from unnest($4::text[]) as word where strpos(lower(name || ' ' || description), lower(word)) = 0)
       order by id desc limit $3`,
      [teamId, page.after ?? null, page.first, words],
    );
  }

  /** The apps that were changed or run last, the last first. */
  listRecent(teamId: TeamId, first: number): Promise<AppRecord[]> {
    return this.database.rows(RECENT_APPS, [teamId, first]);
  }

  /**
   * Removes an app with its drafts, versions, conversations and ended runs.
   * @throws app.hasRuns also while a stop of a run is on its way to its workflow, since that would go on without it
   */
  async remove(teamId: TeamId, appId: AppId): Promise<boolean> {
    return this.database.inTransaction(async (sql) => {
      const [app] = await sql.rows('select id from app where team_id = $1 and id = $2 for update', [teamId, appId]);
      if (!app) return false;
      const [open] = await sql.rows(
        `select 1 from run where app_id = $1 and (finished_at is null or exists (
           select 1 from run_command where run_command.run_id = run.id and delivered_at is null)) limit 1`,
        [appId],
      );
      if (open) throw appErrors.hasRuns('Runs of the app are under way; stop them first, then delete it.');
      await sql.rows('delete from app where id = $1', [appId]);
      return true;
    });
  }

  findDrafts(teamId: TeamId, appIds: readonly AppId[]): Promise<DraftRecord[]> {
    return this.database.rows(`select ${DRAFT_FIELDS} from draft where team_id = $1 and app_id = any($2::uuid[])`, [
      teamId,
      appIds,
    ]);
  }

  /**
   * Replaces the draft, and the fields that lists show. Without `revision` whatever stands there is replaced.
   * @throws app.missing, draft.staleRevision when the draft has moved on
   */
  async saveDraft(
    teamId: TeamId,
    appId: AppId,
    change: { readonly fields: AppFields; readonly write: WriteDefinition; readonly revision?: number },
  ): Promise<DraftRecord> {
    return this.database.inTransaction(async (sql) => {
      const [draft] = await sql.rows<{ revision: number }>(
        'select revision from draft where team_id = $1 and app_id = $2 for update',
        [teamId, appId],
      );
      if (!draft) throw appErrors.missing('There is no such app.');
      if (change.revision !== undefined && change.revision !== draft.revision)
        throw draftErrors.staleRevision('The draft was changed meanwhile; load it again.', {
          details: { revision: draft.revision },
        });
      await updateFields(sql, appId, change.fields);
      const [saved] = await sql.rows<DraftRecord>(
        `update draft set revision = revision + 1, definition = $2::json, updated_at = now() where app_id = $1
         returning ${DRAFT_FIELDS}`,
        [appId, storableJsonText(await change.write(sql))],
      );
      return saved as DraftRecord;
    });
  }

  /** Freezes a definition with its plan as the next version and makes it live: all of it, or nothing. */
  async publish(
    teamId: TeamId,
    appId: AppId,
    version: {
      readonly definition: string;
      readonly plan: string;
      readonly hash: string;
      readonly by: MemberId | null;
    },
  ): Promise<VersionRecord> {
    return this.database.inTransaction(async (sql) => {
      // one publish of an app at a time, so that numbers follow each other
      const [app] = await sql.rows('select id from app where team_id = $1 and id = $2 for update', [teamId, appId]);
      if (!app) throw appErrors.missing('There is no such app.');
      await storePlan(sql, teamId, version.hash, version.plan);
      const [row] = await sql.rows<VersionRecord>(
        `insert into version (id, team_id, app_id, number, definition, plan_hash, created_by)
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4::json, $5, $6 from version where app_id = $3
         returning ${VERSION_FIELDS}`,
        [newId(), teamId, appId, storableJsonText(version.definition), version.hash, version.by],
      );
      await sql.rows('update app set live_version_id = $2, updated_at = now() where id = $1', [appId, row?.id]);
      return row as VersionRecord;
    });
  }

  /**
   * What a run of an app runs: the plan of the version asked for, or of the live one.
   * @returns undefined when there is no such app; no version when the app has none, or not that one
   */
  async findRunnable(teamId: TeamId, appId: AppId, versionId?: VersionId): Promise<Runnable | undefined> {
    const [row] = await this.database.rows<Runnable>(
      `select version.id as "versionId", version.plan_hash as "planHash", ${budgetOf('app.team_id')} as budget from app
       left join version on version.app_id = app.id and version.id = coalesce($3, app.live_version_id)
       where app.team_id = $1 and app.id = $2`,
      [teamId, appId, versionId ?? null],
    );
    return row;
  }

  findVersions(teamId: TeamId, versionIds: readonly VersionId[]): Promise<VersionRecord[]> {
    return this.database.rows(`select ${VERSION_FIELDS} from version where team_id = $1 and id = any($2::uuid[])`, [
      teamId,
      versionIds,
    ]);
  }

  /** Pages of versions of apps, each newest first and at most `first` long. */
  async listVersions(teamId: TeamId, pages: readonly VersionPage[], first: number): Promise<VersionRecord[][]> {
    const rows = await this.database.rows<VersionRecord & { readonly page: number }>(VERSION_PAGES, [
      teamId,
      pages.map(({ appId }) => appId),
      pages.map(({ after }) => after ?? null),
      first,
    ]);
    return pages.map((_, index) => rows.filter(({ page }) => page === index + 1));
  }
}

const SELECT_APP = `
select id, name, mode, description, icon, icon_background as "iconBackground", live_version_id as "liveVersionId",
  created_at as "createdAt", updated_at as "updatedAt"
from app`;

// of each app the newest run is found by an index
const RECENT_APPS = `${SELECT_APP}
left join lateral (
  select run.created_at as ran_at from run where run.team_id = $1 and run.app_id = app.id order by run.id desc limit 1
) as last on true
where team_id = $1 order by greatest(updated_at, ran_at) desc, id desc limit $2`;

const DRAFT_FIELDS = `app_id as "appId", revision, updated_at as "updatedAt"`;

const VERSION_FIELDS = `id, app_id as "appId", number, plan_hash as "planHash", created_at as "createdAt"`;

const VERSION_PAGES = `
select version.*, page.number::int as page
from unnest($2::uuid[], $3::uuid[]) with ordinality as page (app, after, number)
cross join lateral (
  select ${VERSION_FIELDS} from version
  where team_id = $1 and app_id = page.app and (page.after is null or id < page.after)
  order by id desc limit $4
) version
order by page.number, version.id desc`;

async function updateFields(sql: Sql, appId: AppId, fields: AppFields): Promise<void> {
  await sql.rows(
    `update app set name = $2, mode = $3, description = $4, icon = $5, icon_background = $6, updated_at = now()
     where id = $1`,
    [appId, fields.name, fields.mode, fields.description, fields.icon, fields.iconBackground],
  );
}
