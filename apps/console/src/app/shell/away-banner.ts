import { Component } from '@angular/core';
import { LucideCloudOff, LucideDynamicIcon } from '@lucide/angular';
import { reachWords } from './reach-words.js';

/** Says that the API does not answer, or cannot serve and why, as long as it does not. */
@Component({
  selector: 'tn-away-banner',
  imports: [LucideDynamicIcon],
  host: { role: 'status', 'data-testid': 'away' },
  template: `
    @if (words(); as words) {
      <p>
        <svg [lucideIcon]="icon" size="16" />
        <span>{{ words.title }}. {{ words.text }}</span>
      </p>
    }
  `,
  styles: `
    :host {
      position: sticky;
      top: 0;
      z-index: 3;
      display: block;
    }
    p {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      padding: var(--space-2) var(--space-4);
      border-bottom: 1px solid var(--state-warning);
      background: var(--surface-2);
    }
    svg {
      flex: none;
      color: var(--state-warning);
    }
  `,
})
export class AwayBanner {
  protected readonly words = reachWords();
  protected readonly icon = LucideCloudOff.icon;
}
