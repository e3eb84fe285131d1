import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Clock } from '../language/clock.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import type { RunRowFragment } from '../runs/runs.generated.js';
import { Cost } from '../usage/cost.js';

/** How long a run has taken and what it has used so far, while it goes on and after it, with the way to its page. */
@Component({
  selector: 'tn-run-foot',
  imports: [Cost, RouterLink],
  template: `
    @if (duration()) {
      <span data-testid="panel.duration">{{ duration() }}</span>
    }
    @if (run().usage; as usage) {
      <span data-testid="panel.tokens">
        {{ t('usage.tokens', { tokens: quantities.tokens(usage), count: usage.totalTokens }) }}
      </span>
      <tn-cost [usage]="usage" [inWords]="true" data-testid="panel.cost" />
    }
    <a [routerLink]="['/apps', run().appId, 'runs', run().id]" data-testid="panel.open">{{ t('panel.open') }}</a>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-1) var(--space-3);
      color: var(--text-3);
      font-size: 12px;
      font-variant-numeric: tabular-nums;
    }
    a {
      min-height: 24px;
      margin-left: auto;
    }
  `,
})
export class RunFoot {
  readonly run = input.required<RunRowFragment>();

  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);
  private readonly clock = inject(Clock);
  protected readonly duration = computed(() => {
    const { startedAt, finishedAt } = this.run();
    if (!startedAt) return '';
    return this.quantities.duration(
      (finishedAt ? Date.parse(finishedAt) : this.clock.second()) - Date.parse(startedAt),
    );
  });
}
