import { Component, computed, inject, input, linkedSignal, output } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { MatButtonModule } from '@angular/material/button';
import { Field } from '@tenon/ui';
import { Act } from '../api/act.js';
import { Mutations } from '../api/mutations.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { ProblemLine } from '../shell/problem-line.js';
import { SaveProviderDocument, TestProviderDocument } from './models.generated.js';

/** What the form begins with. */
export interface ProviderDraft {
  readonly name: string;
  readonly baseUrl: string;
  readonly models?: readonly string[];
  readonly hasKey?: boolean;
  /** It is stored under this name already. */
  readonly isKnown?: boolean;
}

/** Adds or changes a provider. A test says whether it answers and which models it has. */
@Component({
  selector: 'tn-provider-form',
  imports: [Field, FormsModule, MatButtonModule, ProblemLine],
  templateUrl: './provider-form.html',
  styleUrl: './provider-form.scss',
})
export class ProviderForm {
  readonly draft = input.required<ProviderDraft>();
  /** It is saved only when it answers. */
  readonly mustAnswer = input(false);
  readonly saved = output();
  readonly closed = output();

  private readonly mutations = inject(Mutations);
  private readonly quantities = inject(Quantities);
  protected readonly t = inject(Texts).t;

  /** All that is filled in and said belongs to what the form began with, and goes with it. */
  private readonly begun = computed(() => this.draft(), {
    equal: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  });
  protected readonly name = linkedSignal(() => this.begun().name);
  protected readonly baseUrl = linkedSignal(() => this.begun().baseUrl);
  /** Empty: the stored one stays. It is never shown. */
  protected readonly apiKey = linkedSignal(() => (this.begun(), ''));
  protected readonly found = linkedSignal<readonly string[]>(() => this.begun().models ?? []);
  protected readonly chosen = linkedSignal<ReadonlySet<string>>(() => new Set(this.begun().models ?? []));
  protected readonly testing = computed(() => (this.begun(), new Act()));
  protected readonly saving = computed(() => (this.begun(), new Act()));
  protected readonly answer = linkedSignal(() => (this.begun(), ''));

  /** What cannot be sent is said at its field, once it was tried. */
  private readonly isTried = linkedSignal(() => (this.begun(), false));
  protected readonly wrong = computed(() => {
    if (!this.isTried()) return { name: '', baseUrl: '' };
    return {
      name: this.name().trim() ? '' : this.t('models.nameMissing'),
      baseUrl: /^https?:\/\/[^\s/]/i.test(this.baseUrl().trim()) ? '' : this.t('models.addressWrong'),
    };
  });

  /** Whether it answered. */
  protected async test(): Promise<boolean> {
    const begun = this.begun();
    this.isTried.set(true);
    if (this.wrong().baseUrl) return false;
    this.answer.set('');
    return this.testing().run(async () => {
      const { isKnown, name } = begun;
      const input = { baseUrl: this.baseUrl(), ...this.key(), ...(isKnown && { name }) };
      const { models, durationMs } = await this.mutations.perform(TestProviderDocument, { input });
      if (begun !== this.begun()) return;
      this.found.set([...new Set([...this.chosen(), ...(models ?? [])])].toSorted());
      const time = this.quantities.duration(durationMs ?? 0);
      this.answer.set(this.t('models.answered', { time, count: models?.length ?? 0 }));
    });
  }

  protected async save(): Promise<void> {
    const begun = this.begun();
    this.isTried.set(true);
    if (this.wrong().name || this.wrong().baseUrl) return;
    if (this.mustAnswer() && !(await this.test())) return;
    if (begun !== this.begun()) return;
    const input = { name: this.name(), baseUrl: this.baseUrl(), models: [...this.chosen()], ...this.key() };
    if (await this.saving().run(() => this.mutations.perform(SaveProviderDocument, { input }))) this.saved.emit();
  }

  protected choose(model: string, isChosen: boolean): void {
    const chosen = new Set(this.chosen());
    if (isChosen) chosen.add(model);
    else chosen.delete(model);
    this.chosen.set(chosen);
  }

  private key(): { readonly apiKey?: string } {
    return this.apiKey() ? { apiKey: this.apiKey() } : {};
  }
}
