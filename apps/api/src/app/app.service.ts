import { defineErrors, type AppId, type Json, type TeamId } from '@tenon/base';
import { compile, type CompileIssue, type CompileResult } from '@tenon/compiler';
import {
  AppRepository,
  appErrors,
  type AppFields,
  type AppRecord,
  type DraftRecord,
  type Identity,
  type VersionRecord,
} from '@tenon/database';
import {
  definitionFrom,
  parseDefinition,
  printDefinition,
  type Definition,
  type Issue,
  type ParseResult,
} from '@tenon/dsl';
import { nodeDefinitions } from '@tenon/nodes/definitions';
import { Injectable } from '@nestjs/common';
import { SecretSealer } from './secret-sealer.js';

/** Failures of taking in or publishing a definition; what is wrong in it stands in the issues beside. */
export const definitionErrors = defineErrors('definition', { unreadable: 'invalid', hasErrors: 'invalid' });

type Issues = readonly (Issue | CompileIssue)[];

/** What taking in a definition came to. A definition that cannot be read leaves nothing behind. */
export type Taken<T> = { readonly issues: Issues } & (
  { readonly ok: true; readonly value: T } | { readonly ok: false }
);

/** Apps, from file to published version. */
@Injectable()
export class AppService {
  constructor(
    private readonly apps: AppRepository,
    private readonly sealer: SecretSealer,
  ) {}

  /** Takes in an app file as a new app, or as the draft of an app. @throws app.missing */
  async importApp(
    identity: Pick<Identity, 'teamId'>,
    file: { readonly content: string; readonly appId?: AppId; readonly name?: string },
  ): Promise<Taken<AppRecord>> {
    const parsed = parseDefinition(file.content);
    return this.take(parsed, async (definition) => {
      const named = file.name ? withName(definition, file.name) : definition;
      const sealed = await this.sealer.seal(identity.teamId, named);
      const fields = fieldsOf(sealed);
      if (file.appId) await this.apps.saveDraft(identity.teamId, file.appId, { fields, definition: asJson(sealed) });
      const appId = file.appId ?? (await this.apps.create(identity.teamId, fields, asJson(sealed)));
      return this.getApp(identity.teamId, appId);
    });
  }

  /** Replaces a draft that stands at `revision`. @throws app.missing, draft.staleRevision */
  saveDraft(
    { teamId }: Identity,
    change: { readonly appId: AppId; readonly definition: unknown; readonly revision: number },
  ): Promise<Taken<DraftRecord>> {
    return this.take(definitionFrom(change.definition as Json), async (definition) => {
      const sealed = await this.sealer.seal(teamId, definition);
      const { appId, revision } = change;
      return this.apps.saveDraft(teamId, appId, { fields: fieldsOf(sealed), definition: asJson(sealed), revision });
    });
  }

  /** Freezes the draft as the next version and makes it live, unless it has errors. @throws app.missing */
  async publish(identity: Pick<Identity, 'teamId'> & Partial<Identity>, appId: AppId): Promise<Taken<VersionRecord>> {
    const definition = await this.getDraftDefinition(identity.teamId, appId);
    const compiled = compile(definition, nodeDefinitions);
    if (!compiled.ok) return { ok: false, issues: compiled.issues };
    const version = await this.apps.publish(identity.teamId, appId, {
      definition: asJson(definition),
      plan: compiled.plan,
      hash: compiled.hash,
      by: identity.memberId ?? null,
    });
    return { ok: true, value: version, issues: compiled.issues };
  }

  /** @throws app.missing */
  async getApp(teamId: TeamId, appId: AppId): Promise<AppRecord> {
    const app = await this.apps.find(teamId, appId);
    if (!app) throw appErrors.missing('There is no such app.');
    return app;
  }

  /** @throws app.missing */
  async getDraft(teamId: TeamId, appId: AppId): Promise<DraftRecord> {
    const draft = await this.apps.findDraft(teamId, appId);
    if (!draft) throw appErrors.missing('There is no such app.');
    return draft;
  }

  /** The plan of a draft as it stands, or its issues. @throws app.missing */
  async compileDraft(teamId: TeamId, appId: AppId): Promise<CompileResult> {
    return compile(await this.getDraftDefinition(teamId, appId), nodeDefinitions);
  }

  /** The draft as an app file without secrets. @throws app.missing */
  async exportApp(teamId: TeamId, appId: AppId): Promise<string> {
    return printDefinition(await this.getDraftDefinition(teamId, appId), { secrets: 'strip' });
  }

  /** @throws app.missing */
  async remove(teamId: TeamId, appId: AppId): Promise<void> {
    if (!(await this.apps.remove(teamId, appId))) throw appErrors.missing('There is no such app.');
  }

  private async getDraftDefinition(teamId: TeamId, appId: AppId): Promise<Definition> {
    return (await this.getDraft(teamId, appId)).definition as unknown as Definition;
  }

  private async take<T>(parsed: ParseResult, store: (definition: Definition) => Promise<T>): Promise<Taken<T>> {
    if (!parsed.ok) return { ok: false, issues: parsed.issues };
    const { issues } = compile(parsed.definition, nodeDefinitions);
    return { ok: true, value: await store(parsed.definition), issues: [...parsed.issues, ...issues] };
  }
}

function fieldsOf({ app }: Definition): AppFields {
  const { name, mode, description, icon, icon_background: iconBackground } = app;
  return { name, mode, description, icon, iconBackground };
}

function withName(definition: Definition, name: string): Definition {
  return { ...definition, app: { ...definition.app, name } } as Definition;
}

function asJson(definition: Definition): Json {
  return definition as unknown as Json;
}
