import { CdkTreeModule } from '@angular/cdk/tree';
import { Component, computed, ElementRef, inject, input, model, signal } from '@angular/core';
import { LucideDynamicIcon } from '@lucide/angular';
import type { CanvasEdge } from '@tenon/graph-canvas';
import { Field, STATE_LOOKS } from '@tenon/ui';
import { Texts } from '../language/texts.js';
import { announceFound } from '../shell/announce-found.js';
import type { NodeBoxView } from './canvas-of.js';
import { iconOf } from './node-icons.js';
import { found, outlineOf, type OutlineItem } from './outline-of.js';

/** The graph as a tree in the order of a run: for those who do not see or point, and for small screens. */
@Component({
  selector: 'tn-graph-outline',
  imports: [CdkTreeModule, Field, LucideDynamicIcon],
  template: `
    <tn-field [label]="t('outline.find')">
      <input #box type="search" [value]="find()" (input)="find.set(box.value)" data-testid="outline.find" />
    </tn-field>
    @if (shown().length > 0) {
      <cdk-tree
        [attr.aria-label]="t('outline.title')"
        [dataSource]="shown()"
        [childrenAccessor]="childrenOf"
        [expansionKey]="keyOf"
      >
        <cdk-nested-tree-node
          *cdkTreeNodeDef="let item"
          [isExpandable]="item.children.length > 0"
          [isExpanded]="true"
          [cdkTreeNodeTypeaheadLabel]="nodes().get(item.id)?.title ?? ''"
          [attr.aria-label]="nodes().get(item.id)?.label"
          [attr.aria-description]="nodes().get(item.id)?.description"
          [attr.aria-selected]="selected() === item.id"
          [attr.data-outline-id]="item.id"
          (activation)="selected.set(item.id)"
          (click)="pick($event, item.id)"
        >
          @if (nodes().get(item.id); as node) {
            <div class="row">
              <svg [lucideIcon]="iconOf(node.type)" size="16" />
              <span>{{ node.title }}</span>
              @if (node.state; as state) {
                <svg [lucideIcon]="looks[state].icon" size="16" [style.color]="looks[state].color" />
              }
            </div>
          }
          <div role="group" class="inside" [hidden]="item.children.length === 0">
            <ng-container cdkTreeNodeOutlet />
          </div>
        </cdk-nested-tree-node>
      </cdk-tree>
    } @else {
      <p class="none">{{ t('state.noResults') }}</p>
    }
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
    cdk-tree {
      flex: 1;
      overflow-y: auto;
    }
    cdk-nested-tree-node {
      display: block;
      border-radius: var(--radius-field);
      outline: none;
    }
    cdk-nested-tree-node:focus-visible > .row {
      outline: 2px solid var(--focus);
      outline-offset: -2px;
    }
    .row {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      min-height: 32px;
      padding: 0 var(--space-2);
      border-radius: var(--radius-field);
      color: var(--text);
      cursor: pointer;
    }
    .row:hover,
    cdk-nested-tree-node[aria-selected='true'] > .row {
      background: var(--surface-2);
    }
    .inside {
      padding-left: 16px;
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
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  readonly graph = input.required<{ readonly nodes: readonly NodeBoxView[]; readonly edges: readonly CanvasEdge[] }>();
  /** Id of the chosen node. */
  readonly selected = model<string | undefined>(undefined);

  private readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly looks = STATE_LOOKS;
  protected readonly iconOf = iconOf;
  protected readonly find = signal('');
  protected readonly nodes = computed(() => new Map(this.graph().nodes.map((node) => [node.id, node])));
  private readonly wanted = computed(() => {
    const sought = this.lower(this.find().trim());
    const isWanted = ({ label, summary = '' }: NodeBoxView) => this.lower(`${label} ${summary}`).includes(sought);
    return new Set(this.graph().nodes.flatMap((node) => (isWanted(node) ? [node.id] : [])));
  });
  /** The same tree as long as it has the same nodes: what they look like is read beside it. */
  protected readonly shown = computed(
    () => [...found(outlineOf(this.graph().nodes, this.graph().edges), (id) => this.wanted().has(id))],
    { equal: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );

  constructor() {
    announceFound(
      this.find,
      computed(() => countOf(this.shown(), this.wanted())),
    );
  }

  /** Brings the keyboard to the node that it was at last. */
  focus(): void {
    this.host.querySelector<HTMLElement>('[role=treeitem][tabindex="0"], [role=treeitem]')?.focus();
  }

  protected readonly childrenOf = ({ children }: OutlineItem) => [...children];
  protected readonly keyOf = ({ id }: OutlineItem) => id;

  /** Of items in one another the innermost is meant. */
  protected pick(event: Event, id: string): void {
    event.stopPropagation();
    this.selected.set(id);
  }

  private lower(text: string): string {
    return text.toLocaleLowerCase(this.texts.language());
  }
}

function countOf(items: readonly OutlineItem[], wanted: ReadonlySet<string>): number {
  return items.reduce((count, { id, children }) => count + Number(wanted.has(id)) + countOf(children, wanted), 0);
}
