import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Texts } from '../language/texts.js';
import { LocalModelCard } from '../models/local-model-card.js';
import { FirstSteps } from './first-steps.js';

/** The last step while no model answers yet: the app is made, and is opened as soon as one does. */
@Component({
  selector: 'tn-ask-step',
  imports: [LocalModelCard, MatButtonModule, RouterLink],
  template: `
    <h2>{{ t('setup.ask') }}</h2>
    @switch (steps.standing()) {
      @case ('ready') {
        <p role="status">{{ t('setup.askReady') }}</p>
        <a
          mat-flat-button
          [routerLink]="['/apps', app(), 'graph']"
          [queryParams]="{ template: template() }"
          data-testid="setup.ask.open"
        >
          {{ t('setup.askOpen') }}
        </a>
      }
      @case ('coming') {
        <p>{{ t('setup.askWait') }}</p>
        <tn-local-model-card />
      }
      @default {
        <p>{{ t('setup.askNoModel') }}</p>
        <a mat-flat-button routerLink="/setup" [queryParams]="toModel()">{{ t('setup.model') }}</a>
      }
    }
  `,
  styles: `
    :host {
      display: grid;
      justify-items: start;
      gap: var(--space-4);
    }
    tn-local-model-card {
      justify-self: stretch;
    }
  `,
})
export class AskStep {
  /** Ids of the app that was made, and of the template that it was made of. */
  readonly app = input.required<string>();
  readonly template = input<string>();

  protected readonly steps = inject(FirstSteps);
  protected readonly t = inject(Texts).t;
  protected readonly toModel = computed(() => ({ step: 'model', app: this.app(), template: this.template() }));
}
