import { Component, computed, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { LucideBox } from '@lucide/angular';
import { RegionState } from '@tenon/ui';
import { ask } from '../api/ask.js';
import { nodesOf } from '../api/nodes-of.js';
import { AppCard } from '../apps/app-card.js';
import { RecentAppsDocument } from '../apps/apps.generated.js';
import { Texts } from '../language/texts.js';
import { RunList } from '../runs/run-list.js';
import { RunsDocument } from '../runs/runs.generated.js';
import { FirstStepsPanel } from '../setup/first-steps-panel.js';
import { Pending } from '../shell/pending.js';
import { Today } from './today.js';

const WEEK = 604_800; // seconds

/** Where a member goes on: apps, and the runs of the last time. Where nothing was asked yet, the first steps. */
@Component({
  selector: 'tn-home',
  host: { class: 'page' },
  imports: [AppCard, FirstStepsPanel, MatButtonModule, Pending, RegionState, RouterLink, RunList, Today],
  template: `
    <h1>{{ t('home.heading') }}</h1>
    <tn-today />
    @if (runs.data() && lastRuns().length === 0) {
      <tn-first-steps-panel />
    }
    <section>
      <header>
        <h2>{{ t('home.apps') }}</h2>
        <div class="links">
          <a mat-button routerLink="/templates" data-testid="home.templates">{{ t('home.templates') }}</a>
          <a mat-button routerLink="/apps">{{ t('home.allApps') }}</a>
        </div>
      </header>
      <tn-pending [of]="apps" [rows]="2" [height]="132" />
      @if (apps.data(); as recent) {
        <ul>
          @for (app of recent.recentApps; track app.id) {
            <li><tn-app-card [app]="app" /></li>
          } @empty {
            <li class="none">
              <tn-region-state [icon]="icon" [heading]="t('home.noApps')">
                <a mat-flat-button routerLink="/templates">{{ t('apps.fromTemplate') }}</a>
              </tn-region-state>
            </li>
          }
        </ul>
      }
    </section>
    @if (failedRuns().length > 0 || failed.problem()) {
      <section data-testid="home.failed">
        <header>
          <h2>{{ t('home.failed') }}</h2>
          <a mat-button routerLink="/runs" [queryParams]="{ state: 'failed', since: 'week' }">{{
            t('home.allRuns')
          }}</a>
        </header>
        <tn-pending [of]="failed" [rows]="1" />
        @if (failed.data()) {
          <tn-run-list [runs]="failedRuns()" />
        }
      </section>
    }
    @if (lastRuns().length > 0 || !runs.data()) {
      <section>
        <header>
          <h2>{{ t('home.runs') }}</h2>
          <a mat-button routerLink="/runs">{{ t('home.allRuns') }}</a>
        </header>
        <tn-pending [of]="runs" [rows]="5" />
        @if (runs.data()) {
          <tn-run-list [runs]="lastRuns()" />
        }
      </section>
    }
  `,
  styleUrl: './home.scss',
})
export class Home {
  protected readonly t = inject(Texts).t;
  protected readonly icon = LucideBox.icon;
  protected readonly apps = ask(RecentAppsDocument, () => ({}));
  protected readonly runs = ask(RunsDocument, () => ({ first: 8 }));
  protected readonly failed = ask(RunsDocument, () => ({
    first: 5,
    filter: { statuses: ['FAILED' as const], createdWithinSeconds: WEEK },
  }));
  protected readonly failedRuns = computed(() => nodesOf(this.failed.data()?.runs));
  protected readonly lastRuns = computed(() => nodesOf(this.runs.data()?.runs));
}
