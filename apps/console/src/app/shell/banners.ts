import { Component, computed, inject, linkedSignal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { LucideCircleAlert, LucideCloudOff, LucideDynamicIcon, LucideX } from '@lucide/angular';
import { Texts } from '../language/texts.js';
import { HealthState } from './health-state.js';
import { reachWords } from './reach-words.js';

/** Facts that last and concern every page: that Tenon is away or unable, or else what of it does not work. One at a time. */
@Component({
  selector: 'tn-banners',
  imports: [LucideDynamicIcon, MatButtonModule],
  host: { role: 'status' },
  template: `
    @if (words(); as words) {
      <p data-testid="away">
        <svg [lucideIcon]="icons.away" size="16" />
        <span>{{ words.title }}. {{ words.text }}</span>
      </p>
    } @else if (trouble() && !isDismissed()) {
      <p data-testid="banner.trouble">
        <svg [lucideIcon]="icons.trouble" size="16" />
        <span>{{ trouble() }}</span>
        <button mat-icon-button (click)="isDismissed.set(true)" [attr.aria-label]="t('act.close')">
          <svg [lucideIcon]="icons.close" size="16" />
        </button>
      </p>
    }
  `,
  styles: `
    :host {
      position: sticky;
      top: var(--bar);
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
    span {
      flex: 1;
    }
    p > svg {
      flex: none;
      color: var(--state-warning);
    }
  `,
})
export class Banners {
  private readonly health = inject(HealthState);
  protected readonly t = inject(Texts).t;
  protected readonly words = reachWords();
  protected readonly icons = {
    away: LucideCloudOff.icon,
    trouble: LucideCircleAlert.icon,
    close: LucideX.icon,
  };
  /** What keeps runs from going on. */
  protected readonly trouble = computed(() => {
    const worst = this.health.parts()?.find(({ level }) => level === 'bad');
    return worst && this.t(worst.text, worst.values);
  });
  /** Other trouble is told again. */
  protected readonly isDismissed = linkedSignal(() => (this.trouble(), false));
}
