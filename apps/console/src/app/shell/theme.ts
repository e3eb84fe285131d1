import { DOCUMENT } from '@angular/common';
import { computed, inject, Injectable, signal } from '@angular/core';
import { browserStore } from '../api/stores.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** As `theme.js` reads it before the first paint. */
const STORED_AS = 'tenon.theme';

/** Light or dark, or as the system wants it. */
@Injectable({ providedIn: 'root' })
export class ThemeChoice {
  private readonly root = inject(DOCUMENT).documentElement;
  private readonly isSystemDark = signal(false);
  readonly theme = signal<Theme>(THEMES.find((theme) => theme === browserStore.read(STORED_AS)) ?? 'system');
  /** What is seen, for what is not drawn by styles. */
  readonly isDark = computed(() => (this.theme() === 'system' ? this.isSystemDark() : this.theme() === 'dark'));

  constructor() {
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    const look = () => this.isSystemDark.set(system.matches);
    system.addEventListener('change', look);
    look();
  }

  use(theme: Theme): void {
    browserStore.write(STORED_AS, theme);
    this.root.style.colorScheme = theme === 'system' ? '' : theme;
    this.theme.set(theme);
  }
}
