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
  async listIssues(teamId: TeamId, appIds: readonly AppId[]): Promise<ReadonlyMap<AppId, Issues>> {
    const found = new Map<AppId, Issues>();
    const unknown: AppId[] = [];
    for (const { appId, revision } of await this.apps.findDrafts(teamId, appIds)) {
      const kept = this.kept.get(appId);
      if (kept?.revision === revision) found.set(appId, kept.issues);
      else unknown.push(appId);
    }
    for (let from = 0; from < unknown.length; from += READ_AT_ONCE) {
      const drafts = await this.definitions.findDrafts(teamId, unknown.slice(from, from + READ_AT_ONCE));
      for (const draft of drafts) found.set(draft.appId, (await this.compile(draft)).issues);
    }
    return found;
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
    this.keep(appId, { revision, issues: compiled.issues, planHash: compiled.hash });
    return { ok: true, planHash: compiled.hash };
  }

  private async compile({ appId, revision, definition }: DraftText) {
    const compiled = await this.threads.compile(definition);
    this.keep(appId, { revision, issues: compiled.issues });
    return compiled;
  }
}
