import { Component, computed, inject, input, output } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { LucideDynamicIcon, LucideX } from '@lucide/angular';
import { StatePill } from '@tenon/ui';
import { ask } from '../api/ask.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { Pending } from '../shell/pending.js';
import { StepDetailDocument, type StepRowFragment } from './run-page.generated.js';
import { stateOfStep } from './run-state.js';
import { ValueView } from './value-view.js';

/** Everything that is recorded of one step: its values, and each execution with what was sent and came back. */
@Component({
  selector: 'tn-step-detail',
  imports: [LucideDynamicIcon, MatButtonModule, Pending, StatePill, ValueView],
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
    return [
      { label: this.t('step.inputs'), value: values?.inputs },
      { label: this.t('step.outputs'), value: values?.outputs },
    ].filter(({ value }) => value !== null && value !== undefined);
  });

  /** What was sent in one execution, and what came back. */
  protected exchangeOf(attempt: number, execution: number) {
    return this.values()?.attempts.find((one) => one.attempt === attempt && one.execution === execution);
  }
}
