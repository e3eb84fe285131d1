import { Component, DestroyRef, inject, input, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Act } from '../api/act.js';
import { Files } from '../api/files.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { ProblemLine } from '../shell/problem-line.js';
import { saveFile } from '../shell/save-file.js';
import { fileNameOf } from '../value/value-forms.js';

/** Gives a person all that is recorded of a run as one file. */
@Component({
  selector: 'tn-run-download',
  imports: [MatButtonModule, ProblemLine],
  template: `
    @if (act.isBusy()) {
      <span role="status">{{ t('run.downloading', { size: quantities.bytes(bytes()) }) }}</span>
      <button mat-button type="button" (click)="leaving?.abort()" data-testid="run.download.cancel">
        {{ t('act.cancel') }}
      </button>
    } @else {
      <button mat-stroked-button type="button" (click)="download()" data-testid="run.download">
        {{ t('act.download') }}
      </button>
    }
    <tn-problem-line [problem]="act.problem()" />
  `,
  styles: `
    :host {
      position: relative;
      white-space: nowrap;
    }
    tn-problem-line:not(:empty) {
      position: absolute;
      top: 100%;
      right: 0;
      width: max-content;
      max-width: min(400px, 80vw);
      padding: var(--space-2) var(--space-3);
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-card);
      background: var(--surface-0);
      box-shadow: var(--shadow);
      white-space: normal;
    }
    span {
      color: var(--text-3);
    }
  `,
})
export class RunDownload {
  /** Id of the run. */
  readonly run = input.required<string>();
  /** Of its app, for the file's name. */
  readonly name = input.required<string>();

  private readonly files = inject(Files);
  protected readonly t = inject(Texts).t;
  protected readonly quantities = inject(Quantities);
  protected readonly act = new Act();
  protected readonly bytes = signal(0);
  protected leaving: AbortController | undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => this.leaving?.abort());
  }

  protected async download(): Promise<void> {
    const { signal } = (this.leaving = new AbortController());
    this.bytes.set(0);
    await this.act.run(async () => {
      try {
        const file = await this.files.blob(`/api/runs/${this.run()}/file`, (bytes) => this.bytes.set(bytes), signal);
        saveFile(fileNameOf([this.name(), this.run()], {}, 'json'), file);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    });
  }
}
