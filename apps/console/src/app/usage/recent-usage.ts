import { Component, inject, input } from '@angular/core';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { Cost } from './cost.js';
import type { AppUsagePartsFragment } from './usage.generated.js';

/** What the runs of an app have used and cost in the last days, on one line. */
@Component({
  selector: 'tn-recent-usage',
  imports: [Cost],
  template: `
    @if (recent().usage; as usage) {
      {{ t('usage.days', { days: recent().days }) }} {{ t('usage.calls', { count: recent().calls }) }} ·
      {{ t('usage.tokens', { tokens: quantities.tokens(usage), count: usage.totalTokens }) }} ·
      <tn-cost [usage]="usage" [inWords]="true" />
    } @else {
      {{ t('usage.none', { days: recent().days }) }}
    }
  `,
})
export class RecentUsage {
  readonly recent = input.required<AppUsagePartsFragment>();

  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);
}
