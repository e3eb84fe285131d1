import { Component, computed, inject } from '@angular/core';
import { MatSlideToggleModule } from '@angular/material/slide-toggle';
import { Field } from '@tenon/ui';
import { Session } from '../api/session.js';
import { LANGUAGE_CHOICES, Texts } from '../language/texts.js';
import { AIDS, Aids, type Aid } from '../shell/aids.js';
import { Appearance } from '../shell/appearance.js';
import { THEMES, ThemeChoice, type Theme } from '../shell/theme.js';
import { PasswordForm } from './password-form.js';
import { SessionsList } from './sessions-list.js';

/** The one who is signed in: how they see the console, and how they come in. */
@Component({
  selector: 'tn-profile-page',
  host: { class: 'page' },
  imports: [Field, MatSlideToggleModule, PasswordForm, SessionsList],
  template: `
    <h1>{{ t('profile.title') }}</h1>
    <p class="note">{{ who() }}</p>
    <section>
      <h2>{{ t('profile.appearance') }}</h2>
      <div class="pair">
        <tn-field [label]="t('language.label')">
          <select #language (change)="appearance.useLanguage($any(language.value))" data-testid="profile.language">
            @for (choice of languages; track choice[0]) {
              <option [value]="choice[0]" [attr.lang]="choice[0]" [selected]="texts.language() === choice[0]">
                {{ choice[1] }}
              </option>
            }
          </select>
        </tn-field>
        <tn-field [label]="t('theme.label')">
          <select #theme (change)="appearance.useTheme($any(theme.value))" data-testid="profile.theme">
            @for (choice of themeNames; track choice) {
              <option [value]="choice" [selected]="themes.theme() === choice">{{ themeName(choice) }}</option>
            }
          </select>
        </tn-field>
      </div>
      @for (aid of aidNames; track aid) {
        <mat-slide-toggle
          [checked]="aids[aid]()"
          (change)="appearance.useAid(aid, $event.checked)"
          [aria-describedby]="'hint-' + aid"
          [attr.data-testid]="'profile.' + aid"
          >{{ aidName(aid) }}</mat-slide-toggle
        >
        <p class="note" [id]="'hint-' + aid">{{ aidHint(aid) }}</p>
      }
    </section>
    <section>
      <h2>{{ t('profile.password') }}</h2>
      <tn-password-form />
    </section>
    <section>
      <h2>{{ t('profile.sessions') }}</h2>
      <tn-sessions-list />
    </section>
  `,
  styleUrl: './profile-page.scss',
})
export class ProfilePage {
  private readonly session = inject(Session);
  protected readonly texts = inject(Texts);
  protected readonly themes = inject(ThemeChoice);
  protected readonly appearance = inject(Appearance);
  protected readonly aids = inject(Aids);
  protected readonly aidNames = AIDS;
  protected readonly t = this.texts.t;
  protected readonly languages = LANGUAGE_CHOICES;
  protected readonly themeNames: readonly Theme[] = THEMES;
  protected readonly who = computed(() => {
    const viewer = this.session.viewer();
    return viewer && this.t('profile.who', { email: viewer.email, role: viewer.role, team: viewer.team.name });
  });

  protected aidName(aid: Aid): string {
    return this.t(`profile.${aid}`);
  }

  protected aidHint(aid: Aid): string {
    return this.t(`profile.${aid}Hint`);
  }

  protected themeName(theme: Theme): string {
    return this.t(`theme.${theme}`);
  }
}
