import { Component, computed, effect, ElementRef, inject, input, viewChild } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { ask } from '../api/ask.js';
import { Texts } from '../language/texts.js';
import { ModelsDocument } from '../models/models.generated.js';
import { ProblemLine } from '../shell/problem-line.js';
import { StepBar } from '../shell/step-bar.js';
import { ImportDesk } from './import-desk.js';
import type { ImportFile } from './import-file.js';
import { ImportModels } from './import-models.js';
import { ImportPreview } from './import-preview.js';
import { ImportReport } from './import-report.js';
import { ImportSource } from './import-source.js';
import { gapsOf } from './model-gaps.js';

const STEPS = ['file', 'report', 'models', 'preview'] as const;
type StepName = (typeof STEPS)[number];

/**
 * Brings apps from files: what was found in them, which models answer, how they look; then they are made. The address has the
 * step and the file that is shown; the files themselves are gone with the page.
 */
@Component({
  selector: 'tn-import-page',
  host: { class: 'page', '(dragover)': 'accept($event)', '(drop)': 'drop($event)' },
  imports: [
    ...[ImportModels, ImportPreview, ImportReport, ImportSource],
    ...[MatButtonModule, ProblemLine, RouterLink, StepBar],
  ],
  providers: [ImportDesk],
  templateUrl: './import-page.html',
  styleUrl: './import-page.scss',
})
export class ImportPage {
  private readonly router = inject(Router);
  private readonly body = viewChild.required<ElementRef<HTMLElement>>('body');
  protected readonly desk = inject(ImportDesk);
  protected readonly t = inject(Texts).t;

  /** From the address: the step that is shown, and the place of the file in the list. */
  readonly step = input<string>();
  readonly file = input<string>();

  protected readonly team = ask(ModelsDocument, () => ({})).data;
  protected readonly at = computed(() => Math.min(Number(this.file() ?? 0) || 0, this.desk.files().length - 1));
  protected readonly current = computed(() => this.desk.files()[this.at()]);
  protected readonly content = computed(() => this.current()?.report()?.content ?? undefined);
  protected readonly gaps = computed(() => {
    const team = this.team();
    return team ? gapsOf(this.content()?.models ?? [], team) : [];
  });
  /** Steps of this file that have something to show, in their order. */
  private readonly open = computed<readonly StepName[]>(() => {
    if (!this.current()) return ['file'];
    if (!this.content()) return ['file', 'report'];
    return this.gaps().length > 0 ? STEPS : ['file', 'report', 'preview'];
  });
  protected readonly shown = computed<StepName>(() => this.open().find((one) => one === this.step()) ?? 'file');
  protected readonly bar = computed(() => {
    const here = STEPS.indexOf(this.shown());
    return STEPS.map((name, at) => ({
      name,
      text: this.t(`import.step.${name}`),
      isDone: at < here || this.current()?.app() !== undefined,
      isOpen: this.open().includes(name),
    }));
  });
  protected readonly before = computed(() => this.neighbour(-1));
  protected readonly after = computed(() => this.neighbour(1));
  /** Files of which an app can still be made. */
  protected readonly ready = computed(() => this.desk.files().filter((file) => file.standing() === 'ready'));

  constructor() {
    let before = '';
    effect(() => {
      const shown = `${this.shown()} ${this.at()}`;
      // people who do not see the step change hear it
      if (before && shown !== before) this.body().nativeElement.focus();
      before = shown;
    });
  }

  protected accept(event: DragEvent): void {
    event.preventDefault();
  }

  protected async drop(event: DragEvent): Promise<void> {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    if (await this.desk.openFile(file)) this.show('report');
    else this.show('file');
  }

  protected opened(): void {
    this.show('report');
  }

  protected show(step: StepName): void {
    const file = step === 'report' && this.shown() === 'file' ? { file: null } : {};
    void this.router.navigate([], { queryParams: { step, ...file }, queryParamsHandling: 'merge' });
  }

  /** One that was the only one is shown at once; of several, the others wait. */
  protected async create(file: ImportFile): Promise<void> {
    await this.desk.create(file);
    const app = file.app();
    if (app !== undefined && this.desk.files().length === 1) await this.router.navigate(['/apps', app, 'graph']);
  }

  protected async createAll(): Promise<void> {
    for (const file of this.ready()) await this.desk.create(file);
  }

  private neighbour(by: 1 | -1): StepName | undefined {
    const open = this.open();
    return open[open.indexOf(this.shown()) + by];
  }
}
