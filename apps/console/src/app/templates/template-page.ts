import { Component, computed, effect, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { LucideSearchX } from '@lucide/angular';
import { hasGraph, type Definition } from '@tenon/dsl';
import { RegionState } from '@tenon/ui';
import { Act } from '../api/act.js';
import { ask } from '../api/ask.js';
import { AppIcon } from '../apps/app-icon.js';
import { modeName } from '../apps/mode-name.js';
import { canvasOf } from '../graph/canvas-of.js';
import { GraphView } from '../graph/graph-view.js';
import { graphWords } from '../graph/type-name.js';
import { Texts } from '../language/texts.js';
import { standingOf } from '../models/model-standing.js';
import { ModelsDocument } from '../models/models.generated.js';
import { PageTitles } from '../shell/page-titles.js';
import { Pending } from '../shell/pending.js';
import { ProblemLine } from '../shell/problem-line.js';
import { TemplateApps } from './template-apps.js';
import { TemplatesDocument, type TemplatePartsFragment } from './templates.generated.js';

/** One template before it is used: its graph, what it does, and whether what it needs is there. */
@Component({
  selector: 'tn-template-page',
  imports: [AppIcon, GraphView, MatButtonModule, Pending, ProblemLine, RegionState, RouterLink],
  templateUrl: './template-page.html',
  styleUrl: './template-page.scss',
})
export class TemplatePage {
  private readonly texts = inject(Texts);
  private readonly apps = inject(TemplateApps);
  protected readonly t = this.texts.t;
  protected readonly missing = LucideSearchX.icon;

  /** Id of the template, from the address. */
  readonly template = input.required<string>();

  protected readonly asked = ask(TemplatesDocument, () => ({ language: this.texts.language() }));
  private readonly models = ask(ModelsDocument, () => ({}));
  protected readonly act = new Act();
  protected readonly found = computed(() => this.asked.data()?.templates.find(({ id }) => id === this.template()));
  protected readonly mode = computed(() => modeName(this.found()?.mode ?? '', this.t));
  protected readonly graph = computed(() => {
    const definition = this.found()?.definition as Definition | undefined;
    return definition && hasGraph(definition) ? canvasOf(definition, graphWords(this.t)) : undefined;
  });
  /** Code and the web are there wherever Tenon runs. */
  protected readonly needs = computed(() => {
    const models = this.models.data();
    const standing = models && standingOf(models);
    return (this.found()?.needs ?? []).map((need) => ({ need, standing: need === 'MODEL' ? standing : 'ready' }));
  });

  constructor() {
    const titles = inject(PageTitles);
    effect(() => titles.subject.set(this.found()?.title ?? ''));
  }

  protected async use(template: TemplatePartsFragment): Promise<void> {
    await this.act.run(() => this.apps.begin(template));
  }
}
