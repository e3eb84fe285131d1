import { Component, computed, inject, input, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Router } from '@angular/router';
import { LucideSearchX } from '@lucide/angular';
import { Field, RegionState } from '@tenon/ui';
import { Act } from '../api/act.js';
import { ask } from '../api/ask.js';
import { Texts } from '../language/texts.js';
import { orEmpty } from '../shell/address.js';
import { announceFound } from '../shell/announce-found.js';
import { Pending } from '../shell/pending.js';
import { ProblemLine } from '../shell/problem-line.js';
import { TemplateApps } from './template-apps.js';
import { TemplateCard } from './template-card.js';
import { TemplatesDocument, type TemplatePartsFragment } from './templates.generated.js';

const CATEGORIES = ['CHAT', 'TEXT', 'DATA'] as const;

/** Apps to begin with. Words to find and the category stand in the address. */
@Component({
  selector: 'tn-templates-page',
  host: { class: 'page' },
  imports: [Field, MatButtonModule, Pending, ProblemLine, RegionState, TemplateCard],
  templateUrl: './templates-page.html',
  styleUrl: './templates-page.scss',
})
export class TemplatesPage {
  private readonly router = inject(Router);
  private readonly texts = inject(Texts);
  private readonly apps = inject(TemplateApps);
  protected readonly t = this.texts.t;
  protected readonly icon = LucideSearchX.icon;
  protected readonly categories = CATEGORIES;

  readonly find = input('', { transform: orEmpty });
  readonly category = input('', { transform: orEmpty });

  protected readonly asked = ask(TemplatesDocument, () => ({ language: this.texts.language() }));
  protected readonly chosen = computed(() => CATEGORIES.find((one) => one === this.category().toUpperCase()));
  protected readonly shown = computed(() => {
    const language = this.texts.language();
    const words = this.find().toLocaleLowerCase(language).split(/\s+/).filter(Boolean);
    return (this.asked.data()?.templates ?? []).filter(({ title, summary, category }) => {
      const text = `${title} ${summary}`.toLocaleLowerCase(language);
      return (!this.chosen() || category === this.chosen()) && words.every((word) => text.includes(word));
    });
  });
  protected readonly act = new Act();
  /** The template that was tried last, beside which a problem is told. */
  protected readonly used = signal('');

  constructor() {
    announceFound(
      this.find,
      computed(() => (this.asked.data() ? this.shown().length : undefined)),
    );
  }

  protected seek(find: string): void {
    this.show({ find: find || null });
  }

  protected choose(category: string | undefined): void {
    this.show({ category: category?.toLowerCase() ?? null });
  }

  protected clear(): void {
    this.show({ find: null, category: null });
  }

  protected async use(template: TemplatePartsFragment): Promise<void> {
    this.used.set(template.id);
    await this.act.run(() => this.apps.begin(template));
  }

  private show(queryParams: Readonly<Record<string, string | null>>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }
}
