import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink, RouterOutlet } from '@angular/router';
import { LucideSearchX } from '@lucide/angular';
import { RegionState } from '@tenon/ui';
import { ask } from '../api/ask.js';
import { Texts } from '../language/texts.js';
import { Pending } from '../shell/pending.js';
import { AppPagesDocument } from './app-pages.generated.js';

/** What all pages of an app have in common: there is such an app, or they are not shown. */
@Component({
  selector: 'tn-app-pages',
  imports: [MatButtonModule, Pending, RegionState, RouterLink, RouterOutlet],
  template: `
    @if (isThere()) {
      <router-outlet />
    } @else if (asked.data()) {
      <tn-region-state [isPage]="true" [icon]="missing" [heading]="t('app.missing')" [text]="t('app.missingText')">
        <a mat-flat-button routerLink="/apps">{{ t('home.allApps') }}</a>
      </tn-region-state>
    } @else {
      <tn-pending [of]="asked" [rows]="1" [height]="400" />
    }
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
})
export class AppPages {
  protected readonly t = inject(Texts).t;
  protected readonly missing = LucideSearchX.icon;

  /** Id of the app, from the address. */
  readonly app = input.required<string>();

  protected readonly asked = ask(AppPagesDocument, () => ({ id: this.app() }));
  protected readonly isThere = computed(() => !!this.asked.data()?.app);
}
