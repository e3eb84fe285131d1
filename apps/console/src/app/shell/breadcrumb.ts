import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Session } from '../api/session.js';
import { Texts } from '../language/texts.js';
import { PageTitles } from './page-titles.js';
import { trailOf } from './page-trail.js';

/** Where the page is: the team, the section, and what it is about. Where there is little room the end of it is shown. */
@Component({
  selector: 'tn-breadcrumb',
  imports: [RouterLink],
  template: `
    <nav [attr.aria-label]="t('nav.way')">
      <ol>
        <li>
          <a routerLink="/">{{ team() }}</a>
        </li>
        @for (crumb of crumbs(); track $index) {
          <li [attr.aria-current]="crumb.path ? null : 'page'">
            @if (crumb.path) {
              <a [routerLink]="crumb.path">{{ crumb.text }}</a>
            } @else {
              {{ crumb.text }}
            }
          </li>
        }
      </ol>
    </nav>
  `,
  styles: `
    :host {
      flex: 1;
      min-width: 0;
    }
    ol {
      display: flex;
      margin: 0;
      padding: 0;
      list-style: none;
      white-space: nowrap;
    }
    li {
      overflow: hidden;
      min-width: 0;
      color: var(--text-2);
      text-overflow: ellipsis;
    }
    li:last-child {
      flex: 0 1 auto;
      color: var(--text);
    }
    li:not(:last-child)::after {
      content: '›' / '';
      padding: 0 var(--space-2);
      color: var(--text-3);
    }
    a {
      color: inherit;
      text-decoration: none;
    }
    a:hover {
      color: var(--text);
      text-decoration: underline;
    }
    @media (max-width: 767px) {
      li:not(:nth-last-child(-n + 2)) {
        display: none;
      }
    }
  `,
})
export class Breadcrumb {
  private readonly titles = inject(PageTitles);
  private readonly session = inject(Session);
  protected readonly t = inject(Texts).t;
  protected readonly team = computed(() => this.session.viewer()?.team.name);
  protected readonly crumbs = computed(() => {
    const { path, section, subject } = this.titles;
    return trailOf({ path: path(), section: section(), subject: subject() }, this.t);
  });
}
