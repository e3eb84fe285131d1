import { Component, inject, input, output } from '@angular/core';
import { StatePill } from '@tenon/ui';
import { typeName } from '../graph/type-name.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { Cost } from '../usage/cost.js';
import type { StepRowFragment } from './run-page.generated.js';
import { stateOfStep } from './run-state.js';

/** The steps of a run in the order in which they began. */
@Component({
  selector: 'tn-step-table',
  imports: [Cost, StatePill],
  templateUrl: './step-table.html',
  styles: `
    :host {
      display: block;
      overflow: auto;
    }
    table {
      width: 100%;
      border-collapse: collapse;
    }
    th,
    td {
      padding: var(--space-2) var(--space-3);
      border-bottom: 1px solid var(--line);
      text-align: left;
      white-space: nowrap;
    }
    th {
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
  readonly steps = input.required<readonly StepRowFragment[]>();
  /** Key of the chosen step. */
  readonly selected = input<string>();
  readonly picked = output<string>();

  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);
  protected readonly stateOf = stateOfStep;

  protected typeText(type: string): string {
    return typeName(this.t, type);
  }
}
