import { Component, computed, effect, inject, input, output, untracked } from '@angular/core';
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
import { StepDetailDocument } from './run-page.generated.js';
import { stateOfStep } from './run-state.js';
import type { StepRow } from './run-steps.js';

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
  readonly steps = input.required<readonly StepRow[]>();
  readonly closed = output();

  private readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly why = this.texts.why;
  protected readonly quantities = inject(Quantities);
  protected readonly icons = { close: LucideX.icon };
  protected readonly stateOf = stateOfStep;
  protected readonly step = computed(() => this.steps().find(({ key }) => key === this.key()));
  protected readonly asked = ask(StepDetailDocument, () => {
    const step = this.step();
    return step ? { runId: this.runId(), key: step.key } : undefined;
  });
  private readonly values = computed(() => this.asked.data()?.run?.step);
  /** Each with what was sent and what came back. */
  protected readonly executions = computed(() =>
    (this.values()?.attempts ?? []).map((attempt) => ({
      ...attempt,
      request: attempt.request as Json,
      reply: attempt.reply as Json,
    })),
  );
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

  constructor() {
    let last: StepRow | undefined;
    effect(() => {
      const step = this.step();
      // there is news of it
      if (step && last && step !== last && step.key === last.key) untracked(() => this.asked.reload());
      last = step;
    });
  }

  /** For the file that a value is kept in. */
  protected nameOf({ title, key }: StepRow, what: string): string {
    return `${title || key}-${what}`;
  }
}
