import { Component, computed, inject } from '@angular/core';
import { ask } from '../api/ask.js';
import { Texts } from '../language/texts.js';
import { answersLocally } from './model-standing.js';
import { ModelsDocument } from './models.generated.js';

/** Says after a while that the model on this computer is slow, where it is the one that answers. */
@Component({
  selector: 'tn-patience',
  template: `
    @if (isLocal()) {
      <p>{{ t('panel.patience') }}</p>
    }
  `,
  styles: `
    p {
      color: var(--text-3);
      animation: appear 1ms 5s both;
    }
    @keyframes appear {
      from {
        visibility: hidden;
      }
    }
  `,
})
export class Patience {
  protected readonly t = inject(Texts).t;
  private readonly models = ask(ModelsDocument, () => ({}));
  protected readonly isLocal = computed(() => {
    const models = this.models.data();
    return models !== undefined && answersLocally(models);
  });
}
