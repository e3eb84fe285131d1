import { Component, computed, inject, input, output } from '@angular/core';
import { STATE_LOOKS, type State } from '@tenon/ui';
import { Clock } from '../language/clock.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import type { StepRowFragment } from './run-page.generated.js';
import { timelineBars } from './timeline-bars.js';

/** When each step of a run went on, as bars with their executions. */
@Component({
  selector: 'tn-run-timeline',
  templateUrl: './run-timeline.html',
  styles: `
    :host {
      display: block;
      overflow: auto;
      padding: var(--space-2);
    }
    ol {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    button {
      display: grid;
      grid-template-columns: minmax(96px, 20%) minmax(0, 1fr) 72px;
      align-items: center;
      gap: var(--space-3);
      width: 100%;
      min-height: 28px;
      padding: 0 var(--space-2);
      border: 0;
      background: none;
      color: var(--text);
      font: inherit;
      text-align: left;
      cursor: pointer;
    }
    .chosen,
    button:hover {
      background: var(--surface-2);
    }
    .name {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .track {
      position: relative;
      height: 16px;
      background: var(--surface-1);
    }
    .bar,
    .execution {
      position: absolute;
      inset: 2px auto 2px calc(var(--from) * 100%);
      width: max(3px, calc(var(--length) * 100%));
      border-radius: 3px;
    }
    .execution {
      box-sizing: border-box;
      border-right: 2px solid var(--surface-0);
    }
    .lost {
      background: repeating-linear-gradient(-45deg, transparent 0 4px, rgb(0 0 0 / 25%) 4px 8px);
    }
    .time {
      color: var(--text-3);
      text-align: right;
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class RunTimeline {
  readonly steps = input.required<readonly StepRowFragment[]>();
  readonly selected = input<string>();
  readonly picked = output<string>();

  private readonly clock = inject(Clock);
  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);
  protected readonly bars = computed(() => timelineBars(this.steps(), this.clock.minute()));

  protected colorOf(state: State): string {
    return STATE_LOOKS[state].color;
  }
}
