import { Component, computed, inject, input } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { Texts } from '../language/texts.js';
import { RecentUsage } from '../usage/recent-usage.js';
import { AppIcon } from './app-icon.js';
import type { AppHeadFragment } from './apps.generated.js';
import { modeName } from './mode-name.js';

/** What stands over every page of an app: what it is, whether callers get what is drawn, and its other pages. */
@Component({
  selector: 'tn-app-head',
  imports: [AppIcon, RecentUsage, RouterLink, RouterLinkActive],
  template: `
    <tn-app-icon [icon]="app().icon" [name]="app().name" [color]="app().iconBackground" />
    <div class="names">
      @if (isHeading()) {
        <h1>{{ app().name }}</h1>
      } @else {
        <strong>{{ app().name }}</strong>
      }
      <p>
        <span>{{ modeName(app().mode, t) }}</span>
        <span data-testid="app.standing">{{ standing() }}</span>
        <tn-recent-usage [recent]="app().recentUsage" data-testid="app.usage" />
      </p>
    </div>
    <nav [attr.aria-label]="t('app.pages')">
      @for (page of pages; track page.path) {
        <a
          [routerLink]="['/apps', app().id, page.path]"
          routerLinkActive="here"
          ariaCurrentWhenActive="page"
          [attr.data-testid]="'app.' + page.path"
        >
          {{ t(page.label) }}
        </a>
      }
    </nav>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--space-1) var(--space-3);
      min-height: 56px;
      border-bottom: 1px solid var(--line);
    }
    .names {
      flex: 1 1 160px;
      min-width: 0;
      padding: var(--space-2) 0;
    }
    h1,
    strong {
      display: block;
      overflow: hidden;
      font-size: 16px;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    p {
      display: flex;
      flex-wrap: wrap;
      color: var(--text-3);
      font-size: 12px;
    }
    p > :not(:last-child)::after {
      content: '·' / '';
      margin: 0 var(--space-1);
    }
    nav {
      display: flex;
      align-self: stretch;
      gap: var(--space-1);
    }
    a {
      display: flex;
      align-items: center;
      min-height: 40px;
      padding: 0 var(--space-3);
      border-bottom: 2px solid transparent;
      color: var(--text-2);
      text-decoration: none;
    }
    a:hover {
      color: var(--text);
    }
    .here {
      border-color: var(--accent);
      color: var(--text);
      font-weight: 600;
    }
    @media (max-width: 767px) {
      tn-recent-usage,
      p > :nth-child(2)::after {
        display: none;
      }
    }
  `,
})
export class AppHead {
  readonly app = input.required<AppHeadFragment>();
  /** Its name is what the page is about. */
  readonly isHeading = input(false);

  protected readonly t = inject(Texts).t;
  protected readonly modeName = modeName;
  protected readonly pages = [
    { path: 'graph', label: 'graph.title' },
    { path: 'runs', label: 'runs.title' },
  ] as const;
  protected readonly standing = computed(() => {
    const { liveVersion, draft } = this.app();
    if (!liveVersion) return this.t('app.notPublished');
    const version = liveVersion.number;
    return this.t(draft.planHash === liveVersion.planHash ? 'app.live' : 'app.liveChanged', { version });
  });
}
