import { Component, inject, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { MatButtonModule } from '@angular/material/button';
import { LucideDynamicIcon, LucideFileUp } from '@lucide/angular';
import { Field } from '@tenon/ui';
import { Texts } from '../language/texts.js';
import { ProblemLine } from '../shell/problem-line.js';
import { ImportDesk } from './import-desk.js';

/** Where app files come from: this computer, an address, or the clipboard. */
@Component({
  selector: 'tn-import-source',
  imports: [Field, FormsModule, LucideDynamicIcon, MatButtonModule, ProblemLine],
  template: `
    <label class="zone">
      <svg [lucideIcon]="icon" size="32" strokeWidth="1.5" />
      <span>{{ t('import.drop') }}</span>
      <input type="file" accept=".yml,.yaml,.json,.txt,.zip" (change)="choose($event)" data-testid="import.file" />
    </label>
    <form (ngSubmit)="openAddress()">
      <tn-field [label]="t('import.address')" [hint]="t('import.addressHint')">
        <input
          name="address"
          type="url"
          inputmode="url"
          placeholder="https://"
          spellcheck="false"
          [(ngModel)]="address"
          data-testid="import.address"
        />
      </tn-field>
      <button
        mat-stroked-button
        type="submit"
        [disabled]="desk.opening.isBusy() || !address().trim()"
        data-testid="import.fetch"
      >
        {{ t('import.fetch') }}
      </button>
    </form>
    <form (ngSubmit)="openText()">
      <tn-field [label]="t('import.paste')">
        <textarea name="content" rows="6" spellcheck="false" [(ngModel)]="text" data-testid="import.text"></textarea>
      </tn-field>
      <button
        mat-stroked-button
        type="submit"
        [disabled]="desk.opening.isBusy() || !text().trim()"
        data-testid="import.take"
      >
        {{ t('import.look') }}
      </button>
    </form>
    <p role="status" class="note">{{ desk.opening.isBusy() ? t('import.opening') : '' }}</p>
    <tn-problem-line [problem]="desk.opening.problem()" data-testid="import.problem" />
  `,
  styles: `
    :host,
    form {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--space-3);
    }
    :host {
      gap: var(--space-6);
    }
    button {
      justify-self: start;
    }
    .note:empty {
      display: none;
    }
    .zone {
      display: grid;
      justify-items: center;
      gap: var(--space-2);
      padding: var(--space-8) var(--space-4);
      border: 2px dashed var(--line-strong);
      border-radius: var(--radius-card);
      color: var(--text-2);
      text-align: center;
      cursor: pointer;
    }
    .zone:focus-within {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    .zone input {
      max-width: 100%;
    }
  `,
})
export class ImportSource {
  protected readonly desk = inject(ImportDesk);
  protected readonly t = inject(Texts).t;
  protected readonly icon = LucideFileUp.icon;

  protected readonly address = signal('');
  protected readonly text = signal('');

  /** There is something to look at. */
  readonly opened = output();

  protected choose(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    // else the same file, mended meanwhile, would be no change
    input.value = '';
    if (file) void this.after(this.desk.openFile(file));
  }

  protected openAddress(): void {
    void this.after(this.desk.openAddress(this.address().trim()));
  }

  protected openText(): void {
    void this.after(this.desk.openText(this.text()));
  }

  private async after(opening: Promise<boolean>): Promise<void> {
    if (await opening) this.opened.emit();
  }
}
