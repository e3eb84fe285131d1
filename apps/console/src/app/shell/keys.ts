import { inject, Injectable } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { Texts } from '../language/texts.js';
import { Aids } from './aids.js';
import { isComposing } from './composing.js';
import { PLACES } from './places.js';

/** After the first key of two the second has to come within this time. */
const SECOND_KEY_MS = 1_200;

/** Keys that work on every page. */
@Injectable({ providedIn: 'root' })
export class Keys {
  private readonly dialogs = inject(MatDialog);
  private readonly router = inject(Router);
  private readonly aids = inject(Aids);
  private readonly texts = inject(Texts);
  private goesUntil = -Infinity;

  press(event: KeyboardEvent): void {
    if (isComposing(event) || event.defaultPrevented || this.dialogs.openDialogs.length > 0) return;
    const hasModifier = event.ctrlKey || event.metaKey;
    const act = hasModifier
      ? this.withModifier(event)
      : isTyping(event) || event.altKey
        ? undefined
        : this.alone(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  async openPalette(): Promise<void> {
    const { CommandPalette } = await import('./command-palette.js');
    const palette = this.dialogs.open<unknown, unknown, unknown>(CommandPalette, {
      ariaLabel: this.texts.t('palette.label'),
      ...{ position: { top: '12vh' }, width: 'min(640px, 94vw)', maxWidth: '94vw', autoFocus: 'input' },
      // keys that come at once must not be lost
      ...{ enterAnimationDuration: 0, exitAnimationDuration: 0 },
    });
    palette.afterClosed().subscribe((next) => {
      if (next === 'shortcuts') void this.openShortcuts();
    });
  }

  async openShortcuts(): Promise<void> {
    const { ShortcutsDialog } = await import('./shortcuts-dialog.js');
    this.dialogs.open(ShortcutsDialog, { width: 'min(560px, 94vw)', maxWidth: '94vw' });
  }

  private withModifier({ code, shiftKey, altKey }: KeyboardEvent): (() => void) | undefined {
    return code === 'KeyK' && !shiftKey && !altKey ? () => void this.openPalette() : undefined;
  }

  private alone({ key, timeStamp }: KeyboardEvent): (() => void) | undefined {
    if (!this.aids.hasLetterKeys()) return undefined;
    if (key === '?') return () => void this.openShortcuts();
    const search = key === '/' ? document.querySelector<HTMLElement>('main input[type=search]') : null;
    if (search) return () => search.focus();
    const path = timeStamp < this.goesUntil ? PLACES.find((place) => place.key === key.toLowerCase())?.path : undefined;
    this.goesUntil = key.toLowerCase() === 'g' ? timeStamp + SECOND_KEY_MS : -Infinity;
    return path === undefined ? undefined : () => void this.router.navigateByUrl(path);
  }
}

/** Letters belong to whatever takes text. */
function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}
