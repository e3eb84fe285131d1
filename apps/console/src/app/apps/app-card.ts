import { Component, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Clock } from '../language/clock.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { RecentUsage } from '../usage/recent-usage.js';
import { AppIcon } from './app-icon.js';
import type { AppCardFragment } from './apps.generated.js';
import { modeName } from './mode-name.js';

/** One app among others. */
@Component({
  selector: 'tn-app-card',
  imports: [AppIcon, RecentUsage, RouterLink],
  template: `
    <a [routerLink]="['/apps', app().id]" [attr.data-testid]="'apps.card.' + app().name">
      <tn-app-icon [icon]="app().icon" [name]="app().name" [color]="app().iconBackground" />
      <span class="head">
        <strong class="name" [title]="app().name">{{ app().name }}</strong>
        <span class="mode">{{ modeName(app().mode, t) }}</span>
      </span>
      <span class="text">{{ app().description }}</span>
      <tn-recent-usage class="used" [recent]="app().recentUsage" />
      <span class="foot">
        @if (app().liveVersion; as version) {
          <span class="live">{{ t('app.live', { version: version.number }) }}</span>
        } @else {
          <span>{{ t('app.notPublished') }}</span>
        }
        <time [attr.datetime]="app().updatedAt" [title]="quantities.instant(app().updatedAt)">
          {{ quantities.ago(app().updatedAt, clock.minute()) }}
        </time>
      </span>
    </a>
  `,
  styles: `
    a {
      display: grid;
      grid-template: auto 1fr auto auto / auto minmax(0, 1fr);
      gap: var(--space-2) var(--space-3);
      height: 100%;
      box-sizing: border-box;
      padding: var(--space-4);
      border: 1px solid var(--line);
      border-radius: var(--radius-card);
      background: var(--surface-0);
      color: inherit;
      text-decoration: none;
    }
    a:hover {
      border-color: var(--line-strong);
    }
    .head {
      display: grid;
      overflow-wrap: anywhere;
    }
    .name {
      display: -webkit-box;
      overflow: hidden;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
    }
    .mode,
    .text,
    .used,
    .foot {
      color: var(--text-3);
      font-size: 12px;
    }
    .text {
      grid-column: 1 / -1;
      display: -webkit-box;
      overflow: hidden;
      -webkit-line-clamp: 2;
      -webkit-box-orient: vertical;
      overflow-wrap: anywhere;
    }
    .used {
      grid-column: 1 / -1;
    }
    .foot {
      grid-column: 1 / -1;
      display: flex;
      justify-content: space-between;
      gap: var(--space-2);
    }
    .live {
      color: var(--state-good);
    }
  `,
})
export class AppCard {
  readonly app = input.required<AppCardFragment>();
  protected readonly t = inject(Texts).t;
  protected readonly modeName = modeName;
  protected readonly quantities = inject(Quantities);
  protected readonly clock = inject(Clock);
}
