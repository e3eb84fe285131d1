import { Component, computed, inject, input, model, signal } from '@angular/core';
import { LucideDynamicIcon } from '@lucide/angular';
import type { CanvasEdge } from '@tenon/graph-canvas';
import { Field, STATE_LOOKS } from '@tenon/ui';
import { Texts } from '../language/texts.js';
import type { NodeBoxView } from './canvas-of.js';
import { iconOf } from './node-icons.js';
import { outlineOf } from './outline-of.js';

/** The graph as a list in the order of a run: for those who do not see or point, and for small screens. */
@Component({
  selector: 'tn-graph-outline',
  imports: [Field, LucideDynamicIcon],
  template: `
    <tn-field [label]="t('outline.find')">
      <input #box type="search" [value]="find()" (input)="find.set(box.value)" data-testid="outline.find" />
    </tn-field>
    <ol [attr.aria-label]="t('outline.title')">
      @for (item of shown(); track item.node.id) {
        <li [style.padding-left.px]="item.depth * 16">
          <button
            type="button"
            [attr.aria-current]="selected() === item.node.id"
            [attr.aria-label]="item.node.label"
            [attr.data-outline-id]="item.node.id"
            (click)="selected.set(item.node.id)"
          >
            <svg [lucideIcon]="iconOf(item.node.type)" size="16" />
            <span>{{ item.node.title }}</span>
            @if (item.node.state; as state) {
              <svg [lucideIcon]="looks[state].icon" size="16" [style.color]="looks[state].color" />
            }
          </button>
        </li>
      } @empty {
        <li class="none">{{ t('state.noResults') }}</li>
      }
    </ol>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: var(--space-2);
      padding: var(--space-3);
      box-sizing: border-box;
      background: var(--surface-0);
    }
    ol {
      flex: 1;
      margin: 0;
      padding: 0;
      overflow-y: auto;
      list-style: none;
    }
    button {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      width: 100%;
      min-height: 32px;
      padding: 0 var(--space-2);
      border: 0;
      border-radius: var(--radius-field);
      background: none;
      color: var(--text);
      font: inherit;
      text-align: left;
      cursor: pointer;
    }
    button:hover,
    button[aria-current='true'] {
      background: var(--surface-2);
    }
    svg {
      flex: none;
    }
    span {
      flex: 1;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .none {
      color: var(--text-3);
    }
  `,
})
export class GraphOutline {
  readonly graph = input.required<{ readonly nodes: readonly NodeBoxView[]; readonly edges: readonly CanvasEdge[] }>();
  /** Id of the chosen node. */
  readonly selected = model<string | undefined>(undefined);

  private readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly looks = STATE_LOOKS;
  protected readonly iconOf = iconOf;
  protected readonly find = signal('');
  private readonly items = computed(() => outlineOf(this.graph().nodes, this.graph().edges));
  protected readonly shown = computed(() => {
    const wanted = this.find().trim().toLocaleLowerCase(this.texts.language());
    return this.items().filter(({ node }) => node.label.toLocaleLowerCase(this.texts.language()).includes(wanted));
  });
}
