import type { AppId, VersionId } from '@tenon/base';
import {
  AppRepository,
  DefinitionRepository,
  listAppUsage,
  type AppRecord,
  type AppUsage,
  type Database,
  type DraftRecord,
  type VersionPage,
  type VersionRecord,
} from '@tenon/database';
import { Inject, Injectable } from '@nestjs/common';
import { batched, rowPerKey, type Batched } from '../graphql/batched.js';
import { DATABASE } from '../parts.js';
import { DefinitionThreads } from './definition-threads.js';
import type { Issues } from './definition.thread.js';
import { DraftReports } from './draft-reports.js';

/** Drafts that are read at once to be printed one after the other. */
const PRINTED_AT_ONCE = 10;

/** Days whose usage is shown of an app. */
export const USAGE_DAYS = 30;

/** What fields ask of apps, drafts and versions, one loader for each. */
@Injectable()
export class AppLoaders {
  readonly app: Batched<AppId, AppRecord | undefined>;
  readonly draft: Batched<AppId, DraftRecord | undefined>;
  /** The draft's definition as JSON text. */
  readonly draftText: Batched<AppId, string | undefined>;
  /** The draft as an app file. */
  readonly exported: Batched<AppId, string | undefined>;
  /** The hash of the plan that the draft compiles to, null where it has errors. */
  readonly draftHash: Batched<AppId, string | null | undefined>;
  /** What publishing the draft would say. */
  readonly issues: Batched<AppId, Issues | undefined>;
  readonly version: Batched<VersionId, VersionRecord | undefined>;
  /** What its runs have cost in the last `USAGE_DAYS`. */
  readonly usage: Batched<AppId, AppUsage | undefined>;
  /** The version's definition as JSON text. */
  readonly versionText: Batched<VersionId, string | undefined>;
  readonly versions: Batched<VersionPage & { readonly first: number }, VersionRecord[]>;

  constructor(
    apps: AppRepository,
    definitions: DefinitionRepository,
    reports: DraftReports,
    threads: DefinitionThreads,
    @Inject(DATABASE) database: Database,
  ) {
    this.app = batched(async (teamId, ids) => rowPerKey(ids, await apps.findMany(teamId, ids), ({ id }) => id));
    this.draft = batched(async (teamId, ids) =>
      rowPerKey(ids, await apps.findDrafts(teamId, ids), ({ appId }) => appId),
    );
    this.draftText = batched(async (teamId, ids) => {
      const drafts = rowPerKey(ids, await definitions.findDrafts(teamId, ids), ({ appId }) => appId);
      return drafts.map((draft) => draft?.definition);
    });
    this.exported = batched(async (teamId, ids) => {
      const files = new Map<AppId, string>();
      for (let from = 0; from < ids.length; from += PRINTED_AT_ONCE)
        for (const draft of await definitions.findDrafts(teamId, ids.slice(from, from + PRINTED_AT_ONCE)))
          files.set(draft.appId, await threads.export(draft.definition));
      return ids.map((id) => files.get(id));
    });
    this.issues = batched(async (teamId, ids) => {
      const found = await reports.listIssues(teamId, ids);
      return ids.map((id) => found.get(id));
    });
    this.draftHash = batched(async (teamId, ids) => {
      const found = await reports.listHashes(teamId, ids);
      return ids.map((id) => found.get(id));
    });
    this.usage = batched(async (teamId, ids) =>
      rowPerKey(ids, await listAppUsage(database, teamId, ids, USAGE_DAYS), ({ appId }) => appId),
    );
    this.version = batched(async (teamId, ids) => rowPerKey(ids, await apps.findVersions(teamId, ids), ({ id }) => id));
    this.versionText = batched(async (teamId, ids) => {
      const versions = rowPerKey(ids, await definitions.findVersions(teamId, ids), ({ id }) => id);
      return versions.map((version) => version?.definition);
    });
    this.versions = batched(async (teamId, pages) => {
      const longest = Math.max(...pages.map(({ first }) => first));
      const lists = await apps.listVersions(teamId, pages, longest);
      return lists.map((list, index) => list.slice(0, pages[index]?.first));
    });
  }
}
