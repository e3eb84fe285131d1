import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { LucideBox, LucideSearchX } from '@lucide/angular';
import { Field, RegionState } from '@tenon/ui';
import { ask } from '../api/ask.js';
import { Texts } from '../language/texts.js';
import { orEmpty } from '../shell/address.js';
import { Pending } from '../shell/pending.js';
import { AppCard } from './app-card.js';
import { AppsDocument } from './apps.generated.js';

const PAGE = 100;

/** The team's apps. */
@Component({
  selector: 'tn-apps-page',
  imports: [AppCard, Field, MatButtonModule, Pending, RegionState, RouterLink],
  templateUrl: './apps-page.html',
  styleUrl: './apps-page.scss',
})
export class AppsPage {
  private readonly router = inject(Router);
  private readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly icons = { app: LucideBox.icon, none: LucideSearchX.icon };

  /** Words to find, from the address. */
  readonly find = input('', { transform: orEmpty });

  protected readonly apps = ask(AppsDocument, () => ({ first: PAGE }));
  protected readonly all = computed(() => this.apps.data()?.apps.edges.map(({ node }) => node) ?? []);
  protected readonly shown = computed(() => {
    const words = this.find().toLocaleLowerCase(this.texts.language()).split(/\s+/).filter(Boolean);
    return this.all().filter((app) => {
      const text = `${app.name} ${app.description}`.toLocaleLowerCase(this.texts.language());
      return words.every((word) => text.includes(word));
    });
  });

  protected seek(find: string): void {
    void this.router.navigate([], {
      queryParams: { find: find || null },
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }
}
