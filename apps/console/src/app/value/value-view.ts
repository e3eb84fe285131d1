import { Component, computed, inject, input, linkedSignal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatButtonToggleModule } from '@angular/material/button-toggle';
import type { Json } from '@tenon/base';
import { Act } from '../api/act.js';
import { Files } from '../api/files.js';
import { fetchKept, keptApart, type KeptValue } from '../api/kept-value.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { MarkdownView } from '../markdown/markdown-view.js';
import { CopyButton } from '../shell/copy-button.js';
import { ProblemLine } from '../shell/problem-line.js';
import { saveFile } from '../shell/save-file.js';
import { fileNameOf, formsOf, imageIn, tableOf, textOf, type ValueForm } from './value-forms.js';

/** What is shown before the rest is asked for, and at most: a browser stands still over megabytes of text. */
const CHARACTERS = { first: 20_000, most: 200_000 };
const ROWS = { first: 100, most: 2_000 };
const CELL = 300;

/** A recorded value in the form that reads best, or in another that fits. All of it can be copied and downloaded. */
@Component({
  selector: 'tn-value-view',
  imports: [CopyButton, MarkdownView, MatButtonModule, MatButtonToggleModule, ProblemLine],
  templateUrl: './value-view.html',
  styleUrl: './value-view.scss',
})
export class ValueView {
  readonly value = input.required<Json>();
  /** What it is called where it stands. */
  readonly name = input('');
  /** What else names the file that it is kept in, such as the step. */
  readonly of = input('');

  private readonly files = inject(Files);
  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);

  protected readonly fetching = new Act();
  private readonly fetched = linkedSignal<Json | undefined>(() => (this.value(), undefined));
  /** Where it is, while only its beginning is here. */
  protected readonly apart = computed(() => (this.fetched() === undefined ? keptApart(this.value()) : undefined));
  private readonly content = computed(() => this.fetched() ?? this.value());

  protected readonly forms = computed(() => formsOf(this.content()));
  protected readonly form = linkedSignal<ValueForm>(() => this.forms()[0]);
  private readonly isWhole = linkedSignal(() => (this.content(), false));
  private readonly extent = computed(() => (this.isWhole() ? 'most' : 'first'));

  protected readonly text = computed(() => textOf(this.content(), this.form()));
  protected readonly shownText = computed(() => this.text().slice(0, CHARACTERS[this.extent()]));
  protected readonly image = computed(() => imageIn(this.content()));
  protected readonly table = computed(() => tableOf(this.content(), ROWS[this.extent()]));
  /** How much there is and how much of it is shown, in characters or rows. */
  protected readonly cut = computed(() => {
    const isTable = this.form() === 'table';
    if (this.form() === 'image') return undefined;
    const shown = isTable ? (this.table()?.rows.length ?? 0) : this.shownText().length;
    const all = isTable ? (this.content() as readonly Json[]).length : this.text().length;
    const key = isTable ? ('value.cutRows' as const) : ('value.cut' as const);
    return shown < all ? { key, shown: this.quantities.number(shown), all: this.quantities.number(all) } : undefined;
  });
  protected readonly hasMore = computed(() => this.cut() !== undefined && !this.isWhole());
  protected readonly whole = () => this.text();

  protected async fetch(kept: KeptValue): Promise<void> {
    const asked = this.value();
    await this.fetching.run(async () => {
      const content = await fetchKept(this.files, kept);
      if (asked === this.value()) this.fetched.set(content);
    });
  }

  protected showAll(): void {
    this.isWhole.set(true);
  }

  protected cell(value: Json): string {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text.length > CELL ? `${text.slice(0, CELL)}…` : text;
  }

  protected download(): void {
    const name = fileNameOf([this.of(), this.name()], this.content(), this.form());
    const image = this.form() === 'image' ? this.image() : undefined;
    saveFile(name, image ?? new Blob([this.text()], { type: 'text/plain;charset=utf-8' }));
  }
}
