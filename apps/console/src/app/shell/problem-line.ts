import { Component, computed, inject, input } from '@angular/core';
import type { Problem } from '../api/problem.js';
import { Texts } from '../language/texts.js';

/** Why what a person did came to nothing; read out at once. */
@Component({
  selector: 'tn-problem-line',
  host: { role: 'alert' },
  template: '{{ text() }}',
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
  protected readonly text = computed(() => {
    const problem = this.problem();
    return problem && this.texts.why(problem);
  });
}
