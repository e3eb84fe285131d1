import { Component, computed, inject, input } from '@angular/core';
import type { TextKey } from '../language/dictionary.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import type { UsagePartsFragment } from './usage.generated.js';

/**
 * What calls of models have cost, or that nobody knows it. What there is to know about it is a tip, and is read out.
 */
@Component({
  selector: 'tn-cost',
  template: `
    <span [title]="note()">
      @if (text()) {
        {{ text() }}
      } @else {
        <span class="unknown">{{ t(inWords() ? 'cost.notKnown' : 'cost.notKnownShort') }}</span>
      }
      @if (isDoubtful()) {
        <span class="sr-only">{{ note() }}</span>
      }
    </span>
  `,
  styles: `
    /* what is only read out stays where it is scrolled to, and widens no page */
    :host {
      position: relative;
      white-space: nowrap;
    }

    .unknown {
      color: var(--text-3);
    }
  `,
})
export class Cost {
  readonly usage = input.required<UsagePartsFragment>();
  /** It stands in a line, without a heading that says what it is. */
  readonly inWords = input(false);

  protected readonly t = inject(Texts).t;
  private readonly quantities = inject(Quantities);
  private readonly kind = computed(() => kindOf(this.usage()));
  protected readonly isDoubtful = computed(() => this.kind() !== 'cost.listPrice');
  protected readonly note = computed(() => this.t(this.kind()));
  protected readonly text = computed(() => {
    const { totalPrice, currency, isEstimated, isPricePartial } = this.usage();
    if (typeof totalPrice !== 'string') return '';
    const cost = this.quantities.money(totalPrice, currency);
    if (isPricePartial) return this.t('cost.atLeast', { cost });
    return isEstimated ? `≈ ${cost}` : cost;
  });
}

function kindOf({ totalPrice, isEstimated, isPricePartial }: UsagePartsFragment) {
  if (typeof totalPrice !== 'string') return 'cost.unknown';
  if (isPricePartial) return 'cost.partial';
  return (isEstimated ? 'cost.estimated' : 'cost.listPrice') satisfies TextKey;
}
