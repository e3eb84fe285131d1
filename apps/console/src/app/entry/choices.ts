import { Component, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { LANGUAGE_CHOICES, Texts } from '../language/texts.js';
import { THEMES, ThemeChoice } from '../shell/theme.js';

/** Language and theme, for pages outside the frame. */
@Component({
  selector: 'tn-choices',
  imports: [MatButtonModule],
  template: `
    @for (choice of languages; track choice[0]) {
      <button
        mat-button
        [attr.lang]="choice[0]"
        [attr.aria-pressed]="texts.language() === choice[0]"
        (click)="texts.use(choice[0])"
      >
        {{ choice[1] }}
      </button>
    }
    <button mat-button (click)="nextTheme()">{{ texts.t('theme.label') }}: {{ themeName() }}</button>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      justify-content: flex-end;
      padding: var(--space-3);
    }
    [aria-pressed='true'] {
      font-weight: 700;
    }
  `,
})
export class Choices {
  protected readonly texts = inject(Texts);
  private readonly themes = inject(ThemeChoice);
  protected readonly languages = LANGUAGE_CHOICES;

  protected themeName(): string {
    return this.texts.t(`theme.${this.themes.theme()}`);
  }

  protected nextTheme(): void {
    const next = (THEMES.indexOf(this.themes.theme()) + 1) % THEMES.length;
    this.themes.use(THEMES[next] ?? 'system');
  }
}
