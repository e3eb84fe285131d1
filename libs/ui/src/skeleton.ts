import { Component, computed, input } from '@angular/core';

/** The shape of what is being loaded. It stays unseen for the first 150 ms, so that fast answers do not flicker. */
@Component({
  selector: 'tn-skeleton',
  host: { 'aria-hidden': 'true' },
  template: `
    @for (row of shown(); track row) {
      <span [style.height.px]="height()"></span>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--space-2);
      animation: appear 150ms step-end;
    }
    span {
      border-radius: var(--radius-card);
      background: var(--surface-2);
      animation: breathe 1.6s ease-in-out infinite;
    }
    @keyframes appear {
      from {
        visibility: hidden;
      }
    }
    @keyframes breathe {
      50% {
        opacity: 0.5;
      }
    }
  `,
})
export class Skeleton {
  readonly rows = input(3);
  /** Of a row, in pixels. */
  readonly height = input(32);
  protected readonly shown = computed(() => Array.from({ length: this.rows() }, (_, index) => index));
}
