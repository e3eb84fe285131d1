import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { ask } from '../api/ask.js';
import { Clock } from '../language/clock.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { Pending } from '../shell/pending.js';
import { Cost } from '../usage/cost.js';
import { RunNumbersDocument } from './today.generated.js';

const POLL_MS = 15_000;

/** What the runs of a team came to since midnight, on one line; nothing while there are none. */
@Component({
  selector: 'tn-today',
  imports: [Cost, Pending, RouterLink],
  template: `
    @if (asked.problem()) {
      <tn-pending [of]="asked" [rows]="1" />
    }
    @if (numbers(); as numbers) {
      @if (numbers.runs > 0) {
        <p data-testid="home.today">
          {{ t('home.today', { count: numbers.runs }) }}
          @if (numbers.failed > 0) {
            ·
            <a routerLink="/runs" [queryParams]="{ state: 'failed', since: 'day' }">{{
              t('home.todayFailed', { count: numbers.failed })
            }}</a>
          }
          @if (numbers.usage; as usage) {
            · {{ t('usage.tokens', { tokens: quantities.tokens(usage), count: usage.totalTokens }) }} ·
            <tn-cost [usage]="usage" [inWords]="true" />
          }
        </p>
      }
    }
  `,
  styles: `
    p {
      color: var(--text-2);
    }
  `,
})
export class Today {
  private readonly clock = inject(Clock);
  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);
  private readonly midnight = computed(() => this.quantities.dayOf(this.clock.minute()));
  protected readonly asked = ask(RunNumbersDocument, () => ({ since: this.midnight() }), { pollMs: POLL_MS });
  protected readonly numbers = computed(() => this.asked.data()?.runNumbers);
}
