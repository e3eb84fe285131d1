import { afterNextRender, Component, computed, effect, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatButtonToggleModule } from '@angular/material/button-toggle';
import { Router, RouterLink } from '@angular/router';
import { LucidePlay, LucideSearchX } from '@lucide/angular';
import { Field, RegionState } from '@tenon/ui';
import { ask } from '../api/ask.js';
import { nodesOf } from '../api/nodes-of.js';
import type { RunStatus } from '../api/schema.generated.js';
import { AppHead } from '../apps/app-head.js';
import { AppHeadDocument } from '../apps/apps.generated.js';
import { Texts } from '../language/texts.js';
import { orEmpty } from '../shell/address.js';
import { announceFound } from '../shell/announce-found.js';
import { PageTitles } from '../shell/page-titles.js';
import { Pending } from '../shell/pending.js';
import { RunList } from './run-list.js';
import { RunsDocument, type RunsQueryVariables } from './runs.generated.js';

const PAGE = 50;

/** Quick choices of states. */
const TABS = {
  all: undefined,
  running: ['QUEUED', 'RUNNING'],
  waiting: ['WAITING', 'PAUSED', 'NEEDS_ATTENTION'],
  failed: ['FAILED', 'PARTIALLY_SUCCEEDED'],
  succeeded: ['SUCCEEDED'],
} as const satisfies Record<string, readonly RunStatus[] | undefined>;
type Tab = keyof typeof TABS;

const HOUR = 3_600;
/** How far back runs are shown, in seconds. */
const PERIODS = { hour: HOUR, day: 24 * HOUR, week: 168 * HOUR, month: 720 * HOUR } as const;
type Period = keyof typeof PERIODS;

/** Whoever stops a run sees it here within two seconds. */
const POLL_MS = 1_000;

/** Runs of one app or of all. What is chosen stands in the address. */
@Component({
  selector: 'tn-runs-page',
  host: { class: 'page' },
  imports: [AppHead, Field, MatButtonModule, MatButtonToggleModule, Pending, RegionState, RouterLink, RunList],
  templateUrl: './runs-page.html',
  styles: `
    :host {
      gap: var(--space-4);
    }
    header {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: var(--space-3);
    }
    mat-button-toggle-group {
      max-width: 100%;
      overflow-x: auto;
    }
    .filters {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-3);
    }
    .find {
      flex: 1 1 240px;
    }
  `,
})
export class RunsPage {
  private readonly router = inject(Router);
  protected readonly t = inject(Texts).t;
  protected readonly tabs = Object.keys(TABS) as Tab[];
  protected readonly periods = Object.keys(PERIODS) as Period[];
  protected readonly icons = { none: LucideSearchX.icon, run: LucidePlay.icon };

  /** Id of the app, from the address; without it runs of all apps are shown. */
  readonly app = input<string>();
  /** The chosen tab, from the address. */
  readonly state = input('', { transform: orEmpty });
  /** Words to find, and how far back, from the address. */
  readonly find = input('', { transform: orEmpty });
  readonly since = input('', { transform: orEmpty });

  protected readonly tab = computed(() => this.tabs.find((tab) => tab === this.state()) ?? 'all');
  protected readonly period = computed(() => this.periods.find((period) => period === this.since()));
  protected readonly isFiltered = computed(() => this.tab() !== 'all' || !!this.period() || !!this.find());
  protected readonly asked = ask(
    RunsDocument,
    (): RunsQueryVariables => {
      const statuses = TABS[this.tab()];
      const [appId, period, text] = [this.app(), this.period(), this.find()];
      const filter = {
        ...{ ...(appId && { appId }), ...(period && { createdWithinSeconds: PERIODS[period] }), ...(text && { text }) },
        ...(statuses && { statuses: [...statuses] }),
      };
      return { first: PAGE, filter };
    },
    { pollMs: POLL_MS },
  );
  protected readonly askedApp = ask(AppHeadDocument, () => {
    const id = this.app();
    return id ? { id } : undefined;
  });
  protected readonly found = computed(() => this.askedApp.data()?.app ?? undefined);
  protected readonly isGone = computed(() => this.app() !== undefined && this.askedApp.data()?.app === null);
  protected readonly runs = computed(() => nodesOf(this.asked.data()?.runs));

  constructor() {
    announceFound(
      this.find,
      computed(() => (this.asked.isLoading() ? undefined : this.asked.data()?.runs.edges.length)),
    );
    const titles = inject(PageTitles);
    effect(() => titles.subject.set(this.found()?.name ?? ''));
    // whoever looks at runs opens one next: its code is there by then
    afterNextRender(() => void import('./run-page.js').catch(() => undefined));
  }

  /** What is empty leaves the address. */
  protected choose(chosen: { state?: string; find?: string; since?: string }): void {
    const queryParams = Object.fromEntries(Object.entries(chosen).map(([name, value]) => [name, value || null]));
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: 'find' in chosen });
  }

  protected async more(): Promise<void> {
    const after = this.asked.data()?.runs.pageInfo.endCursor;
    if (after) await this.asked.fetchMore({ after });
  }
}
