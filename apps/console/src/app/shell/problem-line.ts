import { Component, inject, input } from '@angular/core';
import type { Problem } from '../api/problem.js';
import { Texts } from '../language/texts.js';
import { CopyButton } from './copy-button.js';
import { detailsOf } from './problem-details.js';

/** Why what a person did came to nothing; read out at once. */
@Component({
  selector: 'tn-problem-line',
  host: { role: 'alert' },
  imports: [CopyButton],
  template: `
    @if (problem(); as problem) {
      {{ why(problem) }}
      @if (problem.code === 'console.unknown') {
        <tn-copy-button [of]="details" [label]="t('problem.copy')" />
      }
    }
  `,
  styles: `
    :host {
      display: block;
      color: var(--state-bad);
      overflow-wrap: anywhere;
    }
    :host:empty {
      display: none;
    }
  `,
})
export class ProblemLine {
  readonly problem = input.required<Problem | undefined>();
  private readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly why = this.texts.why;
  protected readonly details = () => {
    const problem = this.problem();
    return problem ? detailsOf(problem) : '';
  };
}
