import { Component, input } from '@angular/core';
import { LucideDynamicIcon, type LucideIconData } from '@lucide/angular';

/** What stands in the place of a region that has nothing to show: why, and the next useful act as content. */
@Component({
  selector: 'tn-region-state',
  imports: [LucideDynamicIcon],
  host: { '[class.bad]': 'isProblem()', '[attr.role]': "isProblem() ? 'alert' : null" },
  template: `
    <svg [lucideIcon]="icon()" size="40" strokeWidth="1.25" />
    @if (isPage()) {
      <h1>{{ heading() }}</h1>
    } @else {
      <h2>{{ heading() }}</h2>
    }
    @if (text()) {
      <p>{{ text() }}</p>
    }
    <div class="acts"><ng-content /></div>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: var(--space-2);
      padding: var(--space-12) var(--space-4);
      text-align: center;
    }
    svg {
      color: var(--text-3);
    }
    :host(.bad) svg {
      color: var(--state-bad);
    }
    p {
      max-width: 56ch;
      color: var(--text-2);
      overflow-wrap: anywhere;
    }
    .acts {
      display: flex;
      flex-wrap: wrap;
      justify-content: center;
      gap: var(--space-2);
      margin-top: var(--space-2);
    }
    .acts:empty {
      display: none;
    }
  `,
})
export class RegionState {
  readonly icon = input.required<LucideIconData>();
  /** It is all of the page. */
  readonly isPage = input(false);
  readonly heading = input.required<string>();
  readonly text = input('');
  /** Something failed: it is announced at once. */
  readonly isProblem = input(false);
}
