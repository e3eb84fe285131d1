import { Clipboard } from '@angular/cdk/clipboard';
import { Component, computed, ElementRef, inject, linkedSignal, signal, viewChild } from '@angular/core';
import { MatDialogRef } from '@angular/material/dialog';
import { Router } from '@angular/router';
import {
  LucideBox,
  LucideCircleUserRound,
  LucideDynamicIcon,
  LucideHistory,
  LucideImport,
  LucideKeyboard,
  LucideLanguages,
  LucideLink,
  LucideMoon,
  LucidePlay,
} from '@lucide/angular';
import { ask } from '../api/ask.js';
import { lastKnown } from '../api/last-known.js';
import { nodesOf } from '../api/nodes-of.js';
import { AppsDocument } from '../apps/apps.generated.js';
import { modeName } from '../apps/mode-name.js';
import { LANGUAGE_CHOICES, Texts } from '../language/texts.js';
import { announceFound } from './announce-found.js';
import { Appearance } from './appearance.js';
import { isComposing } from './composing.js';
import { appIn, matching, runIdIn, type Choice, type ChoiceGroup } from './palette-choices.js';
import { PLACES } from './places.js';
import { RunPlaceDocument } from './palette.generated.js';
import { RecentPlaces } from './recent-places.js';
import { settled } from './settled.js';
import { THEMES } from './theme.js';
import { Toasts } from './toasts.js';

/** As lists of apps ask for them: lists of one kind share a place in the cache. */
const APPS = 100;

/** One field that leads everywhere and does everything that is done from anywhere. */
@Component({
  selector: 'tn-command-palette',
  imports: [LucideDynamicIcon],
  templateUrl: './command-palette.html',
  styleUrl: './command-palette.scss',
})
export class CommandPalette {
  private readonly dialog = inject(MatDialogRef<CommandPalette>);
  private readonly router = inject(Router);
  private readonly texts = inject(Texts);
  private readonly appearance = inject(Appearance);
  private readonly toasts = inject(Toasts);
  private readonly clipboard = inject(Clipboard);
  private readonly recent = inject(RecentPlaces);
  private readonly list = viewChild.required<ElementRef<HTMLElement>>('list');
  protected readonly t = this.texts.t;

  protected readonly typed = signal('');
  private readonly sought = settled(computed(() => appIn(this.typed())));
  private readonly asked = ask(AppsDocument, () => {
    const text = this.sought();
    return this.typed() === '' ? undefined : { first: APPS, ...(text && { filter: { text } }) };
  });
  private readonly apps = lastKnown(this.asked.data);
  private readonly meantRun = ask(RunPlaceDocument, () => {
    const id = runIdIn(this.typed());
    return id === undefined ? undefined : { id };
  });
  /** Whether they are the apps of just these words. */
  private readonly isFound = computed(() => !!this.asked.data() && this.sought() === appIn(this.typed()));
  private readonly all = computed((): ChoiceGroup[] => [
    { heading: 'palette.recent', choices: this.typed() === '' ? this.recentChoices() : [] },
    { heading: 'palette.places', choices: this.placeChoices() },
    { heading: 'palette.apps', choices: this.typed() === '' ? [] : this.appChoices(), isFound: this.isFound() },
    { heading: 'palette.acts', choices: this.actChoices() },
  ]);
  protected readonly groups = computed((): readonly ChoiceGroup[] => {
    const run = this.meantRun.data()?.run;
    if (!runIdIn(this.typed())) return matching(this.all(), this.typed(), this.texts.language());
    if (!run) return [];
    const path = `/apps/${run.appId}/runs/${run.id}`;
    return [
      {
        heading: 'palette.places',
        choices: [{ id: path, label: this.t('run.title'), hint: run.app.name, icon: LucidePlay.icon, path }],
      },
    ];
  });
  protected readonly choices = computed(() => this.groups().flatMap(({ choices }) => choices));
  /** Which one Enter takes; the first when something else is looked for. */
  protected readonly active = linkedSignal({ source: this.typed, computation: () => 0 });
  protected readonly activeId = computed(() => {
    const choice = this.choices()[this.active()];
    return choice && this.idOf(choice);
  });

  constructor() {
    announceFound(
      this.typed,
      computed(() => (this.asked.isLoading() && this.typed() !== '' ? undefined : this.choices().length)),
    );
  }

  protected idOf({ id }: Choice): string {
    return `choice-${id}`;
  }

  protected press(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const count = this.choices().length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && count > 0) this.active.update((index) => (index + step + count) % count);
    else if (event.key === 'Enter') this.take(this.choices()[this.active()], event);
    else return;
    event.preventDefault();
    const id = this.activeId();
    if (id) this.list().nativeElement.ownerDocument.getElementById(id)?.scrollIntoView({ block: 'nearest' });
  }

  protected take(choice: Choice | undefined, { ctrlKey, metaKey }: KeyboardEvent | MouseEvent): void {
    if (!choice) return;
    this.dialog.close(choice.act?.());
    if (!choice.path) return;
    if (ctrlKey || metaKey) window.open(choice.path, '_blank', 'noopener');
    else void this.router.navigateByUrl(choice.path);
  }

  private recentChoices(): Choice[] {
    return this.recent.places().map(({ path, name, section }) => ({
      ...{ id: `recent ${path}`, label: name, hint: this.t(section), icon: LucideHistory.icon, path },
    }));
  }

  private placeChoices(): Choice[] {
    return [
      ...PLACES.map(({ path, label, icon }) => ({ id: path, label: this.t(label), icon, path })),
      { id: '/apps/import', label: this.t('import.title'), icon: LucideImport.icon, path: '/apps/import' },
      {
        ...{ id: 'profile', label: this.t('profile.title'), icon: LucideCircleUserRound.icon },
        path: '/settings/profile',
      },
    ];
  }

  private appChoices(): Choice[] {
    return nodesOf(this.apps()?.apps).map(({ id, name, mode }) => ({
      ...{ id, label: name, hint: modeName(mode, this.t), icon: LucideBox.icon, path: `/apps/${id}/graph` },
    }));
  }

  private actChoices(): Choice[] {
    return [
      { id: 'link', label: this.t('palette.copyLink'), icon: LucideLink.icon, act: () => this.copyLink() },
      { id: 'keys', label: this.t('keys.title'), icon: LucideKeyboard.icon, act: () => 'shortcuts' },
      ...THEMES.map((theme) => ({
        ...{ id: theme, label: `${this.t('theme.label')}: ${this.t(`theme.${theme}`)}`, icon: LucideMoon.icon },
        act: () => this.appearance.useTheme(theme),
      })),
      ...LANGUAGE_CHOICES.map(([language, name]) => ({
        ...{ id: language, label: `${this.t('language.label')}: ${name}`, icon: LucideLanguages.icon },
        act: () => this.appearance.useLanguage(language),
      })),
    ];
  }

  private copyLink(): void {
    if (this.clipboard.copy(location.href)) this.toasts.tell('toast.copied');
  }
}
