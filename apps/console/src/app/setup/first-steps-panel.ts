import { Component, computed, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Texts } from '../language/texts.js';
import { FirstSteps } from './first-steps.js';
import { SetupBar } from './setup-bar.js';

/** What to do next, for a team that has asked nothing yet. */
@Component({
  selector: 'tn-first-steps-panel',
  imports: [MatButtonModule, RouterLink, SetupBar],
  providers: [FirstSteps],
  template: `
    <h2>{{ t('home.first') }}</h2>
    <p>{{ text() }}</p>
    <tn-setup-bar [isModelReady]="steps.standing() === 'ready'" [isDone]="false" />
    <a mat-flat-button routerLink="/setup" data-testid="home.first">{{ t('home.firstGo') }}</a>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--space-3);
      padding: var(--space-6) var(--space-4);
      border: 1px solid var(--line);
      border-radius: var(--radius-card);
      background: var(--surface-1);
    }
    a {
      justify-self: start;
    }
  `,
})
export class FirstStepsPanel {
  protected readonly steps = inject(FirstSteps);
  protected readonly t = inject(Texts).t;
  protected readonly text = computed(() => {
    const standing = this.steps.standing();
    return standing ? this.t(`home.first.${standing}`) : '';
  });
}
