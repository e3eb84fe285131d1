import { Component, computed, inject, input, output, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Act } from '../api/act.js';
import { Mutations } from '../api/mutations.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { ProblemLine } from '../shell/problem-line.js';
import { DeleteProviderDocument, TestProviderDocument, type ProviderPartsFragment } from './models.generated.js';

/** One provider: what it is, whether it answers, and how to change it. */
@Component({
  selector: 'tn-provider-card',
  imports: [MatButtonModule, ProblemLine],
  template: `
    <div class="head">
      <h3>{{ provider().name }}</h3>
      <code>{{ provider().baseUrl }}</code>
    </div>
    <p>{{ facts() }}</p>
    @if (provider().models.length > 0) {
      <p class="models">{{ provider().models.join(' · ') }}</p>
    }
    @if (answer()) {
      <p class="good" role="status">{{ answer() }}</p>
    }
    <tn-problem-line [problem]="testing.problem() ?? removing.problem()" />
    @if (mayChange()) {
      <div class="acts">
        <button mat-stroked-button [disabled]="testing.isBusy()" (click)="test()">{{ t('models.test') }}</button>
        @if (provider().source === 'team') {
          <button mat-button (click)="edited.emit()">{{ t('act.edit') }}</button>
          @if (isAsking()) {
            <button mat-flat-button class="danger" [disabled]="removing.isBusy()" (click)="remove()">
              {{ t('models.removeSure', { name: provider().name }) }}
            </button>
            <button mat-button (click)="isAsking.set(false)">{{ t('act.cancel') }}</button>
          } @else {
            <button mat-button (click)="isAsking.set(true)">{{ t('act.remove') }}</button>
          }
        }
      </div>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--space-2);
      padding: var(--space-4);
      border: 1px solid var(--line);
      border-radius: var(--radius-card);
    }
    .head {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: var(--space-3);
    }
    code,
    .models {
      color: var(--text-3);
      overflow-wrap: anywhere;
    }
    .good {
      color: var(--state-good);
    }
    .acts {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-2);
    }
    .danger {
      --mat-button-filled-container-color: var(--state-bad);
    }
  `,
})
export class ProviderCard {
  readonly provider = input.required<ProviderPartsFragment>();
  readonly mayChange = input(false);
  readonly edited = output();
  readonly removed = output();

  private readonly mutations = inject(Mutations);
  private readonly quantities = inject(Quantities);
  protected readonly t = inject(Texts).t;
  protected readonly testing = new Act();
  protected readonly removing = new Act();
  protected readonly answer = signal('');
  protected readonly isAsking = signal(false);
  protected readonly facts = computed(() => {
    const { source, hasKey } = this.provider();
    const key = this.t(hasKey ? 'models.hasKey' : 'models.noKey');
    return source === 'team' ? key : `${key} · ${this.t('models.fromEnvironment')}`;
  });

  protected async test(): Promise<void> {
    const { name, baseUrl } = this.provider();
    this.answer.set('');
    await this.testing.run(async () => {
      const tested = await this.mutations.perform(TestProviderDocument, { input: { name, baseUrl } });
      const time = this.quantities.duration(tested.durationMs ?? 0);
      this.answer.set(this.t('models.answered', { time, count: tested.models?.length ?? 0 }));
    });
  }

  protected async remove(): Promise<void> {
    const { name } = this.provider();
    const isGone = await this.removing.run(() => this.mutations.perform(DeleteProviderDocument, { input: { name } }));
    if (isGone) this.removed.emit();
  }
}
