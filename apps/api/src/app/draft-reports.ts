import type { AppId, TeamId } from '@tenon/base';
import { AppRepository, appErrors, DefinitionRepository, PlanRepository, type DraftText } from '@tenon/database';
import { hasErrors } from '@tenon/dsl';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DefinitionThreads } from './definition-threads.js';
import type { Issues } from './definition.thread.js';

/** What compiling a draft came to. */
export interface DraftReport {
  readonly revision: number;
  readonly issues: Issues;
  /** Of the plan that it compiles to, where somebody compiled it here; null where it has errors. */
  readonly hash?: string | null;
  /** Of a plan that was stored. */
  readonly planHash?: string;
}

/** A draft that can run, by its stored plan, or what keeps it from running. */
export type PlannedDraft =
  { readonly ok: true; readonly planHash: string } | { readonly ok: false; readonly issues: Issues };

/** Reports that are kept, counted by their issues: a few megabytes. */
const MAX_KEPT = 20_000;
/** Definitions that are read at once. */
const READ_AT_ONCE = 10;

/**
 * What compiling says of drafts, each compiled once while nobody changes it. Besides the definition it depends on the
 * node types of this process alone: models, providers and keys are looked up when a run needs them.
 */
@Injectable()
export class DraftReports {
  private readonly kept = new LRUCache<AppId, DraftReport>({
    maxSize: MAX_KEPT,
    sizeCalculation: ({ issues }) => 1 + issues.length,
  });

  constructor(
    private readonly apps: AppRepository,
    private readonly definitions: DefinitionRepository,
    private readonly plans: PlanRepository,
    private readonly threads: DefinitionThreads,
  ) {}

  /** Keeps what somebody found out who had the definition in hand. */
  keep(appId: AppId, report: DraftReport): void {
    this.kept.set(appId, report);
  }

  /** What publishing the drafts would say; nothing of apps that are not there. */
  listIssues(teamId: TeamId, appIds: readonly AppId[]): Promise<ReadonlyMap<AppId, Issues>> {
    return this.list(teamId, appIds, ({ issues }) => issues);
  }

  /** The hashes of the plans that drafts compile to, null for one with errors; nothing of apps that are not there. */
  listHashes(teamId: TeamId, appIds: readonly AppId[]): Promise<ReadonlyMap<AppId, string | null>> {
    return this.list(teamId, appIds, ({ hash }) => hash);
  }

  /**
   * Has the plan of a draft stored, as the draft stands.
   * @throws app.missing
   */
  async plan(teamId: TeamId, appId: AppId): Promise<PlannedDraft> {
    const kept = this.kept.get(appId);
    const isEnough = kept && (kept.planHash !== undefined || hasErrors(kept.issues));
    const draft = await this.definitions.findDraft(teamId, appId, isEnough ? kept : undefined);
    if (!draft) throw appErrors.missing('There is no such app.');
    const { revision, definition } = draft;
    if (kept && definition === null)
      return kept.planHash === undefined ? { ok: false, issues: kept.issues } : { ok: true, planHash: kept.planHash };
    const compiled = await this.compile({ appId, revision, definition: definition as string });
    if (!compiled.ok) return compiled;
    await this.plans.store(teamId, compiled.hash, compiled.plan);
    const { issues, hash } = compiled;
    this.keep(appId, { revision, issues, hash, planHash: hash });
    return { ok: true, planHash: compiled.hash };
  }

  /** Of each draft what is wanted of its report; it is compiled where that is not known. */
  private async list<Wanted>(
    teamId: TeamId,
    appIds: readonly AppId[],
    wantedOf: (report: Pick<DraftReport, 'issues' | 'hash'>) => Wanted | undefined,
  ): Promise<ReadonlyMap<AppId, Wanted>> {
    const found = new Map<AppId, Wanted>();
    const unknown: AppId[] = [];
    for (const { appId, revision } of await this.apps.findDrafts(teamId, appIds)) {
      const kept = this.kept.get(appId);
      const wanted = kept?.revision === revision ? wantedOf(kept) : undefined;
      if (wanted === undefined) unknown.push(appId);
      else found.set(appId, wanted);
    }
    for (let from = 0; from < unknown.length; from += READ_AT_ONCE) {
      const drafts = await this.definitions.findDrafts(teamId, unknown.slice(from, from + READ_AT_ONCE));
      for (const draft of drafts) {
        const compiled = await this.compile(draft);
        const wanted = wantedOf({ issues: compiled.issues, hash: hashOf(compiled) });
        if (wanted !== undefined) found.set(draft.appId, wanted);
      }
    }
    return found;
  }

  private async compile({ appId, revision, definition }: DraftText) {
    const compiled = await this.threads.compile(definition);
    this.keep(appId, { revision, issues: compiled.issues, hash: hashOf(compiled) });
    return compiled;
  }
}

function hashOf(compiled: { readonly ok: true; readonly hash: string } | { readonly ok: false }): string | null {
  return compiled.ok ? compiled.hash : null;
}
