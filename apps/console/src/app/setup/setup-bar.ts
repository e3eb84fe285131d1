import { Component, computed, inject, input } from '@angular/core';
import { Texts } from '../language/texts.js';
import { StepBar } from '../shell/step-bar.js';

const STEPS = ['model', 'template', 'ask'] as const;

/** The steps of a newcomer's way. */
@Component({
  selector: 'tn-setup-bar',
  imports: [StepBar],
  template: '<tn-step-bar path="/setup" way="setup" [steps]="steps()" [shown]="shown()" />',
})
export class SetupBar {
  readonly isModelReady = input.required<boolean>();
  /** A first answer was given. */
  readonly isDone = input.required<boolean>();
  readonly shown = input<string>();
  /** The app that was made, if one was. */
  readonly app = input<string>();

  private readonly t = inject(Texts).t;
  protected readonly steps = computed(() => {
    const done = {
      model: this.isModelReady(),
      template: this.isDone() || this.app() !== undefined,
      ask: this.isDone(),
    };
    return STEPS.map((name) => ({
      name,
      text: this.t(`setup.step.${name}`),
      isDone: done[name],
      isOpen: name !== 'ask' || this.app() !== undefined,
    }));
  });
}
