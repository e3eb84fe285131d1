import { Component, computed, input } from '@angular/core';
import { LucideDynamicIcon } from '@lucide/angular';
import { STATE_LOOKS, type State } from './state.js';

/** A state as icon and word; never as colour alone. */
@Component({
  selector: 'tn-state-pill',
  imports: [LucideDynamicIcon],
  host: { '[style.color]': 'look().color', '[attr.data-state]': 'state()' },
  template: `
    <svg [lucideIcon]="look().icon" size="14" [class.turning]="isTurning()" />
    <span>{{ label() }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: var(--space-1);
      font-weight: 500;
      white-space: nowrap;
    }
    svg {
      flex: none;
    }
    .turning {
      animation: turn 1.2s linear infinite;
    }
    @keyframes turn {
      to {
        transform: rotate(1turn);
      }
    }
  `,
})
export class StatePill {
  readonly state = input.required<State>();
  /** The word for it, in the language of the reader. */
  readonly label = input.required<string>();

  protected readonly look = computed(() => STATE_LOOKS[this.state()]);
  protected readonly isTurning = computed(() => ['running', 'recovering'].includes(this.state()));
}
