import { effect, inject, Injectable, untracked } from '@angular/core';
import { Mutations } from '../api/mutations.js';
import type { SaveAppearanceInput } from '../api/schema.generated.js';
import { Session } from '../api/session.js';
import { isLanguage, Texts, type Language } from '../language/texts.js';
import { SaveAppearanceDocument } from '../settings/profile.generated.js';
import { AIDS, Aids, type Aid } from './aids.js';
import { ThemeChoice, THEMES, type Theme } from './theme.js';

/** How a member sees the console: at once in this browser, and kept for every other one of theirs. */
@Injectable({ providedIn: 'root' })
export class Appearance {
  private readonly mutations = inject(Mutations);
  private readonly texts = inject(Texts);
  private readonly themes = inject(ThemeChoice);
  private readonly aids = inject(Aids);

  constructor() {
    const { viewer } = inject(Session);
    effect(() => {
      const chosen = viewer()?.appearance;
      untracked(() => {
        if (isLanguage(chosen?.language ?? null) && chosen?.language !== this.texts.language())
          void this.texts.use(chosen?.language as Language);
        const theme = THEMES.find((one) => one.toUpperCase() === chosen?.theme);
        if (theme && theme !== this.themes.theme()) this.themes.use(theme);
        for (const aid of AIDS) {
          const isOn = chosen?.[aid] ?? null;
          if (isOn !== null && isOn !== this.aids[aid]()) this.aids.use(aid, isOn);
        }
      });
    });
  }

  async useLanguage(language: Language): Promise<void> {
    await this.texts.use(language);
    this.keep({ language });
  }

  useAid(aid: Aid, isOn: boolean): void {
    this.aids.use(aid, isOn);
    this.keep({ [aid]: isOn });
  }

  useTheme(theme: Theme): void {
    this.themes.use(theme);
    this.keep({ theme: theme.toUpperCase() as Uppercase<Theme> });
  }

  /** This browser has it already, so it is no matter to the person when it cannot be kept now. */
  private keep(input: SaveAppearanceInput): void {
    this.mutations.perform(SaveAppearanceDocument, { input }).catch(() => undefined);
  }
}
