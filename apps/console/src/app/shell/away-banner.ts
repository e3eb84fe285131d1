import { Component, inject } from '@angular/core';
import { LucideCloudOff, LucideDynamicIcon } from '@lucide/angular';
import { Reach } from '../api/reach.js';
import { Texts } from '../language/texts.js';

/** Says that the API does not answer, as long as it does not. */
@Component({
  selector: 'tn-away-banner',
  imports: [LucideDynamicIcon],
  host: { role: 'status', 'data-testid': 'away' },
  template: `
    @if (isAway()) {
      <p>
        <svg [lucideIcon]="icon" size="16" />
        <span>{{ t('away.title') }}. {{ t('away.text') }}</span>
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
  protected readonly t = inject(Texts).t;
  protected readonly isAway = inject(Reach).isAway;
  protected readonly icon = LucideCloudOff.icon;
}
