import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { hasGraph, type Definition } from '@tenon/dsl';
import { Field } from '@tenon/ui';
import { Texts } from '../language/texts.js';
import type { TeamModels } from '../models/model-standing.js';
import type { ImportFile } from './import-file.js';
import { choicesFor, type ModelGap } from './model-gaps.js';

/** Lets each model that a file names and the team does not have be answered by one that it has. Nothing has to be chosen. */
@Component({
  selector: 'tn-import-models',
  imports: [Field, MatButtonModule],
  template: `
    <h2>{{ t('import.models') }}</h2>
    <p>{{ t('import.modelsText') }}</p>
    @if (rows().length > 1 && shared().length > 0) {
      <tn-field [label]="t('import.forAll')">
        <select #all (change)="chooseForAll(all.value)" data-testid="import.forAll">
          <option value="">{{ t('import.oneByOne') }}</option>
          @for (option of shared(); track option) {
            <option [value]="option">{{ option }}</option>
          }
        </select>
      </tn-field>
    }
    <ul>
      @for (row of rows(); track row.named) {
        <li>
          <tn-field [label]="row.named" [hint]="row.hint">
            <select
              #choice
              [disabled]="file().app() !== undefined"
              (change)="choose(row.named, choice.value)"
              [attr.data-testid]="'import.model.' + row.named"
            >
              <option value="" [selected]="row.chosen === ''">{{ t('import.later') }}</option>
              @for (option of row.choices; track option) {
                <option [value]="option" [selected]="option === row.chosen">{{ option }}</option>
              }
            </select>
          </tn-field>
        </li>
      }
    </ul>
    @if (hasNone()) {
      <p>
        {{ t('import.noModels') }} <a href="/models" target="_blank">{{ t('import.toModels') }}</a>
      </p>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--space-4);
      max-width: 560px;
    }
    ul {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--space-4);
      margin: 0;
      padding: 0;
      list-style: none;
    }
    tn-field {
      overflow-wrap: anywhere;
    }
  `,
})
export class ImportModels {
  protected readonly t = inject(Texts).t;

  readonly file = input.required<ImportFile>();
  readonly gaps = input.required<readonly ModelGap[]>();
  readonly team = input.required<TeamModels>();

  protected readonly rows = computed(() =>
    this.gaps().map((gap) => ({
      named: gap.named,
      hint: this.t('import.modelHint', { used: this.usedIn(gap), otherwise: this.otherwise(gap) }).trim(),
      chosen: this.file().choices().get(gap.named) ?? '',
      choices: choicesFor(gap.named, this.team()),
    })),
  );
  /** What can be chosen for each of them. */
  protected readonly shared = computed(() => {
    const [first, ...others] = this.rows();
    return (first?.choices ?? []).filter((option) => others.every(({ choices }) => choices.includes(option)));
  });
  protected readonly hasNone = computed(() => this.rows().every(({ choices }) => choices.length === 0));

  protected choose(named: string, option: string): void {
    this.file().choices.update((before) => {
      const choices = new Map(before);
      if (option) choices.set(named, option);
      else choices.delete(named);
      return choices;
    });
  }

  protected chooseForAll(option: string): void {
    for (const { named } of this.gaps()) this.choose(named, option);
  }

  private usedIn({ nodeIds }: ModelGap): string {
    const definition = this.file().report()?.content?.definition as Definition | undefined;
    if (!definition || !hasGraph(definition) || nodeIds.length === 0) return '';
    const titles = new Map(definition.workflow.graph.nodes.map(({ id, data }) => [id, data.title || id]));
    const [first = '', ...others] = nodeIds.map((id) => titles.get(id) ?? id);
    return this.t('import.usedIn', { name: first, others: others.length });
  }

  private otherwise({ otherwise }: ModelGap): string {
    if (otherwise.kind === 'standIn') return this.t('import.otherwise.standIn', { name: otherwise.model });
    return this.t(`import.otherwise.${otherwise.kind}`);
  }
}
