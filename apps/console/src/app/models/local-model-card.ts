import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { Act } from '../api/act.js';
import { ask } from '../api/ask.js';
import { Mutations } from '../api/mutations.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { Pending } from '../shell/pending.js';
import { ProblemLine } from '../shell/problem-line.js';
import { LocalModelDocument, PullLocalModelDocument } from './models.generated.js';

const STATES = ['off', 'absent', 'downloading', 'verifying', 'loading', 'ready', 'failed', 'unreachable'] as const;
/** States that pass by themselves. */
const PASSING = ['downloading', 'verifying', 'loading'];
/** And whoever is not reached may be again. */
const CHANGING = [...PASSING, 'unreachable'];
const LOOK_MS = 1_000;

/** The small model on this computer: how far its download is, and whether it answers. */
@Component({
  selector: 'tn-local-model-card',
  imports: [MatButtonModule, MatProgressBarModule, Pending, ProblemLine],
  template: `
    <tn-pending [of]="asked" [rows]="1" />
    @if (model(); as model) {
      <p data-testid="models.local">{{ stateText() }}</p>
      @if (isPassing()) {
        <mat-progress-bar
          [mode]="model.totalBytes > 0 && model.state === 'downloading' ? 'determinate' : 'indeterminate'"
          [value]="percent()"
          [attr.aria-label]="stateText()"
        />
        <p class="note">{{ progress() }}</p>
      }
      @if (model.error) {
        <p class="bad">{{ model.error }}</p>
      }
      <tn-problem-line [problem]="act.problem()" />
      @if (mayChange() && (model.state === 'absent' || model.state === 'failed')) {
        <button mat-stroked-button [disabled]="act.isBusy()" (click)="pull()" data-testid="models.pull">
          {{ t('models.pull') }}
        </button>
      }
    }
  `,
  styles: `
    :host {
      display: grid;
      justify-items: start;
      gap: var(--space-2);
    }
    .note {
      color: var(--text-3);
    }
    .bad {
      color: var(--state-bad);
    }
  `,
})
export class LocalModelCard {
  readonly mayChange = input(false);

  private readonly mutations = inject(Mutations);
  private readonly quantities = inject(Quantities);
  protected readonly t = inject(Texts).t;
  protected readonly act = new Act();
  protected readonly asked = ask(LocalModelDocument, () => ({}), {
    pollMs: LOOK_MS,
    pollsWhile: ({ localModel }) => CHANGING.includes(localModel?.state ?? ''),
  });
  protected readonly model = computed(() => this.asked.data()?.localModel);
  protected readonly isPassing = computed(() => PASSING.includes(this.model()?.state ?? ''));
  protected readonly percent = computed(() => {
    const { receivedBytes = 0, totalBytes = 0 } = this.model() ?? {};
    return totalBytes > 0 ? (100 * receivedBytes) / totalBytes : 0;
  });

  protected stateText(): string {
    const model = this.model();
    const state = STATES.find((known) => known === model?.state) ?? 'unreachable';
    const text = this.t(`models.local.${state}`, { name: model?.model ?? '' });
    return state === 'ready' && model?.isInUse ? `${text} ${this.t('models.localInUse')}` : text;
  }

  protected progress(): string {
    const { receivedBytes = 0, totalBytes = 0 } = this.model() ?? {};
    return totalBytes > 0 ? `${this.quantities.bytes(receivedBytes)} / ${this.quantities.bytes(totalBytes)}` : '';
  }

  protected async pull(): Promise<void> {
    const isBegun = await this.act.run(() => this.mutations.perform(PullLocalModelDocument, { input: {} }));
    if (isBegun) this.asked.reload();
  }
}
