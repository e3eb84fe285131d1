import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatButtonToggleModule } from '@angular/material/button-toggle';
import { Router } from '@angular/router';
import { ask } from '../api/ask.js';
import type { RunStatus } from '../api/schema.generated.js';
import { Texts } from '../language/texts.js';
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

/** Runs of one app or of all. What is chosen stands in the address. */
@Component({
  selector: 'tn-runs-page',
  imports: [MatButtonModule, MatButtonToggleModule, Pending, RunList],
  templateUrl: './runs-page.html',
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--space-4);
      max-width: 1440px;
      margin: 0 auto;
      padding: var(--space-6) var(--space-4);
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
  `,
})
export class RunsPage {
  private readonly router = inject(Router);
  protected readonly t = inject(Texts).t;
  protected readonly tabs = Object.keys(TABS) as Tab[];

  /** Id of the app, from the address; without it runs of all apps are shown. */
  readonly app = input<string>();
  /** The chosen tab, from the address. */
  readonly state = input('');

  protected readonly tab = computed(() => this.tabs.find((tab) => tab === this.state()) ?? 'all');
  protected readonly asked = ask(RunsDocument, (): RunsQueryVariables => {
    const statuses = TABS[this.tab()];
    const appId = this.app();
    return { first: PAGE, filter: { ...(appId && { appId }), ...(statuses && { statuses: [...statuses] }) } };
  });
  protected readonly runs = computed(() => this.asked.data()?.runs.edges.map(({ node }) => node) ?? []);

  protected choose(tab: Tab): void {
    void this.router.navigate([], { queryParams: { state: tab === 'all' ? null : tab }, queryParamsHandling: 'merge' });
  }

  protected async more(): Promise<void> {
    const after = this.asked.data()?.runs.pageInfo.endCursor;
    if (after) await this.asked.fetchMore({ after });
  }
}
