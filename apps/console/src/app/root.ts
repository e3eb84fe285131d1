import { Component, inject, signal } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { LucideCloudOff } from '@lucide/angular';
import { RegionState } from '@tenon/ui';
import { Reach } from './api/reach.js';
import { Texts } from './language/texts.js';

/** The whole console: what a route shows, or why there is nothing yet. */
@Component({
  selector: 'tn-root',
  imports: [RegionState, RouterOutlet],
  template: `
    <router-outlet (activate)="hasPage.set(true)" />
    @if (!hasPage() && isAway()) {
      <tn-region-state
        [icon]="icon"
        [heading]="t('away.title')"
        [text]="t('away.text')"
        [isProblem]="true"
        [isPage]="true"
      />
    }
  `,
})
export class Root {
  protected readonly t = inject(Texts).t;
  protected readonly icon = LucideCloudOff.icon;
  protected readonly isAway = inject(Reach).isAway;
  protected readonly hasPage = signal(false);
}
