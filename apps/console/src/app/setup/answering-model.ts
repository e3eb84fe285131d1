import { Component, computed, effect, inject, input, linkedSignal, output, untracked } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { MatButtonModule } from '@angular/material/button';
import { Field } from '@tenon/ui';
import { Act } from '../api/act.js';
import { Mutations } from '../api/mutations.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import {
  SetDefaultModelDocument,
  TestProviderDocument,
  type ProviderPartsFragment,
} from '../models/models.generated.js';
import { ProblemLine } from '../shell/problem-line.js';

/** Models that are no good at talking. */
const MUTE = /embed|rerank|whisper|tts|speech|audio|image|dall|moderation|realtime/i;

/** Chooses the model that answers for all apps, among those of the providers; it can be asked for a word first. */
@Component({
  selector: 'tn-answering-model',
  imports: [Field, FormsModule, MatButtonModule, ProblemLine],
  template: `
    <h3>{{ t('setup.answering') }}</h3>
    <p class="note">{{ t('setup.answeringText') }}</p>
    @if (providers().length > 1) {
      <tn-field [label]="t('setup.provider')">
        <select [ngModel]="name()" (ngModelChange)="name.set($event)" data-testid="setup.answering.provider">
          @for (provider of providers(); track provider.name) {
            <option [value]="provider.name">{{ provider.name }}</option>
          }
        </select>
      </tn-field>
    }
    <tn-field [label]="t('setup.answeringModel')" [hint]="listing.isBusy() ? t('state.loading') : ''">
      <input
        type="text"
        autocomplete="off"
        list="setup-models"
        [ngModel]="model()"
        (ngModelChange)="model.set($event)"
        data-testid="setup.answering.model"
      />
    </tn-field>
    <datalist id="setup-models">
      @for (one of offered(); track one) {
        <option [value]="one"></option>
      }
    </datalist>
    @if (said()) {
      <p class="good" role="status" data-testid="setup.answering.said">{{ said() }}</p>
    }
    <tn-problem-line [problem]="asking.problem() ?? using.problem() ?? listing.problem()" />
    <div class="acts">
      <button mat-flat-button [disabled]="!model() || using.isBusy()" (click)="use()" data-testid="setup.answering.use">
        {{ t('setup.answeringUse') }}
      </button>
      <button
        mat-stroked-button
        [disabled]="!model() || asking.isBusy()"
        (click)="askIt()"
        data-testid="setup.answering.ask"
      >
        {{ t('setup.answeringAsk') }}
      </button>
    </div>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--space-3);
      padding: var(--space-4);
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-card);
    }
    .note {
      color: var(--text-2);
    }
    .good {
      color: var(--state-good);
      overflow-wrap: anywhere;
    }
    .acts {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-2);
    }
  `,
})
export class AnsweringModel {
  readonly providers = input.required<readonly ProviderPartsFragment[]>();
  readonly chosen = output();

  private readonly mutations = inject(Mutations);
  private readonly quantities = inject(Quantities);
  protected readonly t = inject(Texts).t;
  protected readonly listing = new Act();
  protected readonly asking = new Act();
  protected readonly using = new Act();

  protected readonly name = linkedSignal(() => this.providers().at(-1)?.name ?? '');
  private readonly provider = computed(() => this.providers().find(({ name }) => name === this.name()));
  private readonly listed = linkedSignal<readonly string[]>(() => (this.provider(), []));
  /** What was chosen for apps comes before all that its server has. */
  protected readonly offered = computed(() => [...new Set([...(this.provider()?.models ?? []), ...this.listed()])]);
  protected readonly model = linkedSignal(() => this.offered().find((name) => !MUTE.test(name)) ?? '');
  protected readonly said = linkedSignal(() => (this.model(), ''));

  constructor() {
    effect(() => {
      const provider = this.provider();
      if (provider) untracked(() => void this.list(provider));
    });
  }

  protected async askIt(): Promise<void> {
    const { name, baseUrl } = this.provider() as ProviderPartsFragment;
    this.said.set('');
    await this.asking.run(async () => {
      const input = { name, baseUrl, model: this.model() };
      const { durationMs, answer } = await this.mutations.perform(TestProviderDocument, { input });
      const time = this.quantities.duration(durationMs ?? 0);
      this.said.set(this.t('setup.answeringSaid', { time, answer: answer ?? '' }));
    });
  }

  protected async use(): Promise<void> {
    const input = { provider: this.name(), model: this.model(), standIn: true };
    if (await this.using.run(() => this.mutations.perform(SetDefaultModelDocument, { input }))) this.chosen.emit();
  }

  private async list({ name, baseUrl }: ProviderPartsFragment): Promise<void> {
    await this.listing.run(async () => {
      const { models } = await this.mutations.perform(TestProviderDocument, { input: { name, baseUrl } });
      if (this.name() === name) this.listed.set(models ?? []);
    });
  }
}
