import { ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, inject, input, output } from '@angular/core';
import { StatePill } from '@tenon/ui';
import { typeName } from '../graph/type-name.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { VirtualRows } from '../shell/virtual-rows.js';
import { Cost } from '../usage/cost.js';
import type { StepRow } from './run-steps.js';
import { stateOfStep } from './run-state.js';

/** Of a row, in pixels. */
const ROW = 37;

/** The steps of a run in the order in which they began; only those in sight are drawn. */
@Component({
  selector: 'tn-step-table',
  imports: [Cost, ScrollingModule, StatePill, VirtualRows],
  templateUrl: './step-table.html',
  styles: `
    :host {
      display: block;
      overflow-x: auto;
    }
    .table {
      min-width: 800px;
    }
    .row {
      display: grid;
      grid-template-columns: minmax(240px, 1fr) 140px 90px 90px 90px 110px;
      align-items: center;
      box-sizing: border-box;
      height: 37px;
      padding: 0 var(--space-3);
      border-bottom: 1px solid var(--line);
      white-space: nowrap;
    }
    .row > * {
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .head {
      color: var(--text-3);
      font-weight: 500;
    }
    .number {
      text-align: right;
      font-variant-numeric: tabular-nums;
    }
    .type {
      margin-left: var(--space-2);
      color: var(--text-3);
      font-size: 12px;
    }
    .chosen {
      background: var(--surface-2);
    }
    button {
      padding: 0;
      border: 0;
      background: none;
      color: var(--accent);
      font: inherit;
      cursor: pointer;
    }
  `,
})
export class StepTable {
  readonly steps = input.required<readonly StepRow[]>();
  /** Key of the chosen step. */
  readonly selected = input<string>();
  readonly picked = output<string>();

  protected readonly rowHeight = ROW;
  protected readonly chosen = computed(() => this.steps().findIndex(({ key }) => key === this.selected()));
  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);
  protected readonly stateOf = stateOfStep;

  protected keyOf(_: number, { key }: StepRow): string {
    return key;
  }

  protected typeText(type: string): string {
    return typeName(this.t, type);
  }
}
