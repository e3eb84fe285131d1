import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { LucideBox, LucideSearchX } from '@lucide/angular';
import { Field, RegionState } from '@tenon/ui';
import { ask } from '../api/ask.js';
import { lastKnown } from '../api/last-known.js';
import { nodesOf } from '../api/nodes-of.js';
import { Texts } from '../language/texts.js';
import { orEmpty } from '../shell/address.js';
import { announceFound } from '../shell/announce-found.js';
import { Pending } from '../shell/pending.js';
import { settled } from '../shell/settled.js';
import { AppCard } from './app-card.js';
import { AppsDocument, type AppsQueryVariables } from './apps.generated.js';

const PAGE = 100;

/** The team's apps. */
@Component({
  selector: 'tn-apps-page',
  host: { class: 'page' },
  imports: [AppCard, Field, MatButtonModule, Pending, RegionState, RouterLink],
  templateUrl: './apps-page.html',
  styleUrl: './apps-page.scss',
})
export class AppsPage {
  private readonly router = inject(Router);
  protected readonly t = inject(Texts).t;
  protected readonly icons = { app: LucideBox.icon, none: LucideSearchX.icon };

  /** Words to find, from the address. */
  readonly find = input('', { transform: orEmpty });

  private readonly sought = settled(computed(() => this.find().trim()));
  private readonly asked = ask(AppsDocument, (): AppsQueryVariables => ({
    first: PAGE,
    ...(this.sought() && { filter: { text: this.sought() } }),
  }));
  /** What was found before stays until more is known. */
  protected readonly apps = { ...this.asked, data: lastKnown(this.asked.data) };
  protected readonly shown = computed(() => nodesOf(this.apps.data()?.apps));
  protected readonly hasMore = computed(() => this.apps.data()?.apps.pageInfo.hasNextPage ?? false);

  constructor() {
    announceFound(
      this.sought,
      computed(() => this.asked.data()?.apps.edges.length),
    );
  }

  protected async more(): Promise<void> {
    const after = this.asked.data()?.apps.pageInfo.endCursor;
    if (after) await this.asked.fetchMore({ after });
  }

  protected seek(find: string): void {
    void this.router.navigate([], {
      queryParams: { find: find || null },
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }
}
