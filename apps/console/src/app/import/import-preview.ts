import { Component, computed, inject, input } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { hasGraph, replaceModels, type Definition } from '@tenon/dsl';
import { Field } from '@tenon/ui';
import { canvasOf } from '../graph/canvas-of.js';
import { GraphView } from '../graph/graph-view.js';
import { graphWords } from '../graph/type-name.js';
import { Texts } from '../language/texts.js';
import type { ImportFile } from './import-file.js';
import { partsOf } from './model-gaps.js';

/** The app as it will be: its name, and its graph to look around in. */
@Component({
  selector: 'tn-import-preview',
  imports: [Field, FormsModule, GraphView],
  template: `
    <tn-field [label]="t('import.name')">
      <input
        name="name"
        maxlength="200"
        [(ngModel)]="file().appName"
        [disabled]="file().app() !== undefined"
        data-testid="import.name"
      />
    </tn-field>
    @if (graph(); as graph) {
      <tn-graph-view [graph]="graph" [name]="file().appName()" data-testid="import.preview" />
    } @else {
      <p data-testid="import.noGraph">{{ t('graph.none') }}. {{ t('graph.noneText') }}</p>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--space-4);
    }
    tn-field {
      max-width: 560px;
    }
    tn-graph-view {
      height: clamp(320px, 60dvh, 720px);
      border: 1px solid var(--line);
      border-radius: var(--radius-card);
      overflow: hidden;
    }
  `,
})
export class ImportPreview {
  protected readonly t = inject(Texts).t;

  readonly file = input.required<ImportFile>();

  protected readonly graph = computed(() => {
    const { definition, models } = this.file().report()?.content ?? {};
    const read = definition as Definition | undefined;
    if (!read || !hasGraph(read)) return undefined;
    const chosen = new Map(
      (models ?? []).flatMap(({ provider, name, nodeIds }) => {
        const option = this.file().choices().get(`${provider}/${name}`);
        return option === undefined ? [] : nodeIds.map((id) => [id, partsOf(option)] as const);
      }),
    );
    const definitive = replaceModels(read, ({ nodeId = '' }) => chosen.get(nodeId));
    return hasGraph(definitive) ? canvasOf(definitive, graphWords(this.t)) : undefined;
  });
}
