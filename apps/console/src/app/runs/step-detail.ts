import { Component, computed, inject, input, output } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { LucideDynamicIcon, LucideX } from '@lucide/angular';
import type { Json } from '@tenon/base';
import { StatePill } from '@tenon/ui';
import { ask } from '../api/ask.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { CopyButton } from '../shell/copy-button.js';
import { Pending } from '../shell/pending.js';
import { Cost } from '../usage/cost.js';
import { ValueFields } from '../value/value-fields.js';
import { textOf } from '../value/value-forms.js';
import { StepDetailDocument, type StepRowFragment } from './run-page.generated.js';
import { stateOfStep } from './run-state.js';

/** Everything that is recorded of one step: its values, and each execution with what was sent and came back. */
@Component({
  selector: 'tn-step-detail',
  imports: [CopyButton, Cost, LucideDynamicIcon, MatButtonModule, Pending, StatePill, ValueFields],
  templateUrl: './step-detail.html',
  styleUrl: './step-detail.scss',
})
export class StepDetail {
  readonly runId = input.required<string>();
  readonly key = input.required<string>();
  readonly steps = input.required<readonly StepRowFragment[]>();
  readonly closed = output();

  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);
  protected readonly icons = { close: LucideX.icon };
  protected readonly stateOf = stateOfStep;
  protected readonly step = computed(() => this.steps().find(({ key }) => key === this.key()));
  protected readonly asked = ask(StepDetailDocument, () => {
    const step = this.step();
    return step ? { runId: this.runId(), key: step.key } : undefined;
  });
  private readonly values = computed(() => this.asked.data()?.run?.step);
  protected readonly sections = computed(() => {
    const values = this.values();
    const recorded: [string, Json | undefined][] = [
      [this.t('step.inputs'), values?.inputs as Json | undefined],
      [this.t('step.outputs'), values?.outputs as Json | undefined],
    ];
    return recorded.flatMap(([label, value]) =>
      value === null || value === undefined ? [] : [{ label, value, whole: () => textOf(value, 'json') }],
    );
  });

  /** What was sent in one execution, and what came back. */
  protected exchangeOf(attempt: number, execution: number) {
    const found = this.values()?.attempts.find((one) => one.attempt === attempt && one.execution === execution);
    return found && { request: found.request as Json, reply: found.reply as Json };
  }

  /** For the file that a value is kept in. */
  protected nameOf({ title, key }: StepRowFragment, what: string): string {
    return `${title || key}-${what}`;
  }
}
