import { Component, computed, inject, input } from '@angular/core';
import { Field } from '@tenon/ui';
import { Act } from '../api/act.js';
import { Mutations } from '../api/mutations.js';
import { Texts } from '../language/texts.js';
import { ProblemLine } from '../shell/problem-line.js';
import { SetDefaultModelDocument, type ProviderPartsFragment, type SettingsPartsFragment } from './models.generated.js';

/** Which model answers where an app names none, and whether it stands in for models that nobody serves. */
@Component({
  selector: 'tn-default-model',
  imports: [Field, ProblemLine],
  template: `
    <tn-field [label]="t('models.defaultLabel')" [hint]="t('models.defaultHint')">
      <select #choice [disabled]="!mayChange()" (change)="choose(choice.value)" data-testid="models.default">
        <option value="" [selected]="current() === ''">{{ t('models.noDefault') }}</option>
        @for (option of options(); track option) {
          <option [value]="option" [selected]="option === current()">{{ option }}</option>
        }
      </select>
    </tn-field>
    <label>
      <input
        #box
        type="checkbox"
        [checked]="settings().standIn"
        [disabled]="!mayChange() || current() === ''"
        (change)="save({ standIn: box.checked })"
      />
      {{ t('models.standIn') }}
    </label>
    <tn-problem-line [problem]="act.problem()" />
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--space-3);
    }
    label {
      display: flex;
      align-items: center;
      gap: var(--space-2);
    }
  `,
})
export class DefaultModel {
  readonly settings = input.required<SettingsPartsFragment>();
  readonly providers = input.required<readonly ProviderPartsFragment[]>();
  readonly mayChange = input(false);

  private readonly mutations = inject(Mutations);
  protected readonly t = inject(Texts).t;
  protected readonly act = new Act();
  protected readonly current = computed(() => {
    const { defaultProvider, defaultModel } = this.settings();
    return defaultProvider && defaultModel ? nameOf(defaultProvider, defaultModel) : '';
  });
  protected readonly options = computed(() => {
    const all = this.providers().flatMap(({ name, models }) => models.map((model) => nameOf(name, model)));
    return this.current() && !all.includes(this.current()) ? [this.current(), ...all] : all;
  });

  protected async choose(option: string): Promise<void> {
    const [provider = '', ...model] = option.split('/');
    if (option === '') await this.save({ provider: null, model: null, standIn: false });
    else await this.save({ provider, model: model.join('/') });
  }

  protected async save(change: { provider?: string | null; model?: string | null; standIn?: boolean }): Promise<void> {
    const { defaultProvider: provider, defaultModel: model, standIn } = this.settings();
    const input = { provider, model, standIn, ...change };
    await this.act.run(() => this.mutations.perform(SetDefaultModelDocument, { input }));
  }
}

/** Names of providers have no slash; those of models may. */
const nameOf = (provider: string, model: string) => `${provider}/${model}`;
