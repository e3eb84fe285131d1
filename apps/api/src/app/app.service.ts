import type { AppId, Json, TeamId } from '@tenon/base';
import {
  AppRepository,
  appErrors,
  DefinitionRepository,
  storableJsonText,
  type AppFields,
  type AppRecord,
  type DraftRecord,
  type Identity,
  type VersionRecord,
  type WriteDefinition,
} from '@tenon/database';
import { Injectable } from '@nestjs/common';
import { DefinitionThreads } from './definition-threads.js';
import type { DefinitionSource, Issues, ModelChoice } from './definition.thread.js';
import { DraftReports } from './draft-reports.js';
import { SecretSealer } from './secret-sealer.js';

/** What taking in a definition came to. A definition that cannot be read leaves nothing behind. */
export type Taken<T> = { readonly issues: Issues } & (
  { readonly ok: true; readonly value: T } | { readonly ok: false }
);

/** Apps, from file to published version. */
@Injectable()
export class AppService {
  constructor(
    private readonly apps: AppRepository,
    private readonly definitions: DefinitionRepository,
    private readonly sealer: SecretSealer,
    private readonly threads: DefinitionThreads,
    private readonly reports: DraftReports,
  ) {}

  /** Takes in an app file as a new app, or as the draft of an app. @throws app.missing */
  async importApp(
    { teamId }: Pick<Identity, 'teamId'>,
    file: {
      readonly content: string;
      readonly appId?: AppId;
      readonly name?: string;
      readonly models?: readonly ModelChoice[];
    },
  ): Promise<Taken<AppRecord>> {
    const { content: text, appId, name, models = [] } = file;
    const taken = await this.take(teamId, { content: { text }, models, ...(name && { name }) }, (fields, write) =>
      appId ? this.apps.saveDraft(teamId, appId, { fields, write }) : this.apps.create(teamId, fields, write),
    );
    return taken.ok ? { ...taken, value: await this.getApp(teamId, taken.value.appId) } : taken;
  }

  /** Replaces a draft that stands at `revision`. @throws app.missing, draft.staleRevision */
  saveDraft(
    { teamId }: Identity,
    change: { readonly appId: AppId; readonly definition: unknown; readonly revision: number },
  ): Promise<Taken<DraftRecord>> {
    const { appId, revision } = change;
    return this.take(teamId, { content: { document: change.definition as Json } }, (fields, write) =>
      this.apps.saveDraft(teamId, appId, { fields, write, revision }),
    );
  }

  /** Freezes the draft as the next version and makes it live, unless it has errors. @throws app.missing */
  async publish(
    { teamId, memberId }: Pick<Identity, 'teamId'> & Partial<Identity>,
    appId: AppId,
  ): Promise<Taken<VersionRecord>> {
    const [draft] = await this.definitions.findDrafts(teamId, [appId]);
    if (!draft) throw appErrors.missing('There is no such app.');
    const { revision, definition } = draft;
    const compiled = await this.threads.compile(definition);
    const { issues } = compiled;
    if (!compiled.ok) return { ok: false, issues };
    const { plan, hash } = compiled;
    const version = await this.apps.publish(teamId, appId, { definition, plan, hash, by: memberId ?? null });
    this.reports.keep(appId, { revision, issues, hash, planHash: hash });
    return { ok: true, value: version, issues };
  }

  /** @throws app.missing */
  async getApp(teamId: TeamId, appId: AppId): Promise<AppRecord> {
    const app = await this.apps.find(teamId, appId);
    if (!app) throw appErrors.missing('There is no such app.');
    return app;
  }

  /** @throws app.missing */
  async remove(teamId: TeamId, appId: AppId): Promise<void> {
    if (!(await this.apps.remove(teamId, appId))) throw appErrors.missing('There is no such app.');
  }

  private async take(
    teamId: TeamId,
    source: DefinitionSource,
    store: (fields: AppFields, write: WriteDefinition) => Promise<DraftRecord>,
  ): Promise<Taken<DraftRecord>> {
    const read = await this.threads.read(source);
    if (!read.ok) return read;
    let definition = '';
    const draft = await this.sealer.storing(() =>
      store(read.fields, async (sql) => (definition = await this.sealer.seal(sql, teamId, read))),
    );
    // what Postgres does not take is left out, and then what was compiled is not quite what is stored
    if (storableJsonText(definition) === definition)
      this.reports.keep(draft.appId, { revision: draft.revision, issues: read.compileIssues });
    return { ok: true, value: draft, issues: [...read.issues, ...read.compileIssues] };
  }
}
