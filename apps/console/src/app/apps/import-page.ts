import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { ApolloClient } from '@apollo/client';
import { LucideDynamicIcon, LucideFileUp } from '@lucide/angular';
import { MAX_TEXT_BYTES } from '@tenon/dsl';
import { Field } from '@tenon/ui';
import { Act } from '../api/act.js';
import { Problem, throwRefusal } from '../api/problem.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { ProblemLine } from '../shell/problem-line.js';
import { AppsDocument, ImportAppDocument, type ImportAppMutation } from './apps.generated.js';

type Report = ImportAppMutation['importApp'];

/** Takes in an app file, and says what was found in it and what of it cannot be used. */
@Component({
  selector: 'tn-import-page',
  imports: [Field, FormsModule, LucideDynamicIcon, MatButtonModule, ProblemLine, RouterLink],
  templateUrl: './import-page.html',
  styleUrl: './import-page.scss',
  host: { class: 'page', '(dragover)': 'accept($event)', '(drop)': 'drop($event)' },
})
export class ImportPage {
  private readonly client = inject(ApolloClient);
  private readonly quantities = inject(Quantities);
  protected readonly t = inject(Texts).t;
  protected readonly why = inject(Texts).why;
  protected readonly icons = { file: LucideFileUp.icon };

  protected readonly content = signal('');
  protected readonly act = new Act();
  protected readonly report = signal<Report | undefined>(undefined);
  /** What keeps the app from running before what does not. */
  protected readonly issues = computed(() =>
    (this.report()?.issues ?? []).toSorted((a, b) => a.severity.localeCompare(b.severity)),
  );

  protected accept(event: DragEvent): void {
    event.preventDefault();
  }

  protected drop(event: DragEvent): void {
    event.preventDefault();
    void this.read(event.dataTransfer?.files[0]);
  }

  protected choose(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    // else the same file, mended meanwhile, would be no change
    input.value = '';
    void this.read(file);
  }

  /** A file is taken in as soon as it is given. */
  private async read(file: File | undefined): Promise<void> {
    if (!file) return;
    const isRead = await this.act.run(async () => {
      if (file.size > MAX_TEXT_BYTES) {
        const values = { size: this.quantities.bytes(file.size), limit: this.quantities.bytes(MAX_TEXT_BYTES) };
        throw new Problem(this.t('import.tooLarge', values), 'limit.size');
      }
      this.content.set(await file.text());
    });
    if (isRead) await this.take();
  }

  /** An app file with mistakes has a report, and no app; only what was refused for other reasons is a problem. */
  protected async take(): Promise<void> {
    this.report.set(undefined);
    await this.act.run(async () => {
      const { data } = await this.client.mutate({
        mutation: ImportAppDocument,
        variables: { input: { content: this.content() } },
        refetchQueries: [AppsDocument],
      });
      const report = data?.importApp;
      if (report && report.issues.length === 0) throwRefusal(report.errors);
      this.report.set(report);
    });
  }
}
