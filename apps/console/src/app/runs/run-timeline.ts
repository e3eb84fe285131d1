import { ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, inject, input, output } from '@angular/core';
import { STATE_LOOKS, type State } from '@tenon/ui';
import { Clock } from '../language/clock.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { VirtualRows } from '../shell/virtual-rows.js';
import type { StepRow } from './run-steps.js';
import { timelineBars, type TimelineBar } from './timeline-bars.js';

/** Of a row, in pixels. */
const ROW = 28;

/** When each step of a run went on, as bars with their executions; only those in sight are drawn. */
@Component({
  selector: 'tn-run-timeline',
  imports: [ScrollingModule, VirtualRows],
  templateUrl: './run-timeline.html',
  styles: `
    :host {
      display: block;
      min-width: 0;
      padding: var(--space-2);
    }
    button {
      display: grid;
      grid-template-columns: minmax(96px, 20%) minmax(0, 1fr) 72px;
      align-items: center;
      gap: var(--space-3);
      width: 100%;
      height: 28px;
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
  readonly steps = input.required<readonly StepRow[]>();
  readonly selected = input<string>();
  readonly picked = output<string>();

  protected readonly rowHeight = ROW;
  protected readonly chosen = computed(() => this.bars().findIndex(({ key }) => key === this.selected()));
  private readonly clock = inject(Clock);
  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);
  protected readonly bars = computed(() => {
    const isGoingOn = this.steps().some(({ startedAt, finishedAt }) => startedAt && !finishedAt);
    return timelineBars(this.steps(), isGoingOn ? this.clock.second() : 0);
  });

  protected keyOf(_: number, { key }: TimelineBar): string {
    return key;
  }

  protected colorOf(state: State): string {
    return STATE_LOOKS[state].color;
  }
}
