import type { AppId, TeamId, VersionId } from '@tenon/base';
import type { Sql } from '../database.js';
import { PLAN_STAYS } from './plan.repository.js';

/** A draft as JSON text. */
export interface DraftText {
  readonly appId: AppId;
  readonly revision: number;
  readonly definition: string;
}

/** A draft as JSON text, or without it where what the reader knows still holds. */
export interface DraftChange {
  readonly revision: number;
  readonly definition: string | null;
}

/**
 * Definitions, which are large: whoever reads apps, drafts and versions reads them only where they are asked for, and as
 * text, so that they can be taken elsewhere before anybody parses them. The team is the first argument of every method.
 */
export class DefinitionRepository {
  constructor(private readonly sql: Sql) {}

  /**
   * The draft of an app, with its definition unless it still stands at the revision that is `known` and the plan of that is
   * stored, for long enough to begin a run of it.
   */
  async findDraft(
    teamId: TeamId,
    appId: AppId,
    known?: { readonly revision: number; readonly planHash?: string },
  ): Promise<DraftChange | undefined> {
    const [row] = await this.sql.rows<DraftChange>(
      `select revision, case when revision is distinct from $3::int or $4::text is not null and not exists (
           select 1 from plan where plan.team_id = draft.team_id and plan.hash = $4 and ${PLAN_STAYS})
         then definition::text end as definition
       from draft where team_id = $1 and app_id = $2`,
      [teamId, appId, known?.revision ?? null, known?.planHash ?? null],
    );
    return row;
  }

  findDrafts(teamId: TeamId, appIds: readonly AppId[]): Promise<DraftText[]> {
    return this.sql.rows(
      `select app_id as "appId", revision, definition::text from draft
       where team_id = $1 and app_id = any($2::uuid[])`,
      [teamId, appIds],
    );
  }

  findVersions(
    teamId: TeamId,
    versionIds: readonly VersionId[],
  ): Promise<{ readonly id: VersionId; readonly definition: string }[]> {
    return this.sql.rows('select id, definition::text from version where team_id = $1 and id = any($2::uuid[])', [
      teamId,
      versionIds,
    ]);
  }
}
