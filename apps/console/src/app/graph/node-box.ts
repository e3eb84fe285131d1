import { Component, computed, inject, input } from '@angular/core';
import { LucideDynamicIcon } from '@lucide/angular';
import type { Detail } from '@tenon/graph-canvas';
import { STATE_LOOKS } from '@tenon/ui';
import { Texts } from '../language/texts.js';
import type { NodeBoxView } from './canvas-of.js';
import { colorOf } from './node-categories.js';
import { iconOf } from './node-icons.js';
import { typeName } from './type-name.js';

/** One node on the canvas: what it is, what it is called, and how its step stands. */
@Component({
  selector: 'tn-node-box',
  imports: [LucideDynamicIcon],
  host: {
    '[class.container]': 'node().isContainer',
    '[class.note]': "node().type === ''",
    '[class.shape]': "detail() === 'shape'",
    '[class.far]': "detail() === 'name'",
    '[attr.data-state]': 'node().state',
    '[style.--kind]': 'color()',
    '[style.--state]': 'look()?.color',
  },
  template: `
    @if (detail() !== 'shape') {
      <div class="head">
        <svg [lucideIcon]="icon()" size="16" class="kind" />
        <strong [title]="node().title">{{ node().title }}</strong>
        @if (look(); as look) {
          <svg [lucideIcon]="look.icon" size="16" class="state" />
        }
      </div>
    }
    @if (detail() === 'whole') {
      &ngsp;
      @if (node().text) {
        <p>{{ node().text }}</p>
      } @else {
        <div class="type">{{ about() }}</div>
      }
      @if (node().footer || node().why) {
        &ngsp;
        <div class="foot">
          @if (node().why; as why) {
            <span class="why" [title]="why">{{ why }}</span>
          }
          @if (node().footer; as footer) {
            <span class="used" [title]="footer">{{ footer }}</span>
          }
        </div>
      }
    }
  `,
  styles: `
    :host {
      display: block;
      height: 100%;
      box-sizing: border-box;
      overflow: hidden;
      border: 1px solid var(--state, var(--line-strong));
      border-radius: var(--radius-card);
      background: var(--surface-0);
      color: var(--text);
    }
    :host(.container) {
      background: color-mix(in srgb, var(--surface-0) 55%, transparent);
    }
    :host(.shape:not(.container)) {
      border: 0;
      background: color-mix(in srgb, var(--state, var(--kind)) 45%, var(--surface-0));
    }
    :host(.note) {
      border-style: dashed;
      background: var(--surface-1);
    }
    :host([data-state='notReached']) {
      border-style: dashed;
    }
    :host([data-state='skipped']) {
      opacity: 0.4;
    }
    :host([data-state='succeeded']),
    :host([data-state='failed']),
    :host([data-state='running']) {
      border-width: 2px;
    }
    .head {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      height: 36px;
      padding: 0 var(--space-3);
      border-left: 4px solid var(--kind);
    }
    .kind {
      flex: none;
      color: var(--kind);
    }
    .state {
      flex: none;
      color: var(--state);
    }
    :host([data-state='running']) .state,
    :host([data-state='recovering']) .state {
      animation: turn 1.2s linear infinite;
    }
    strong {
      flex: 1;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .type,
    .foot,
    p {
      padding: 0 var(--space-3);
      overflow: hidden;
      color: var(--text-3);
      font-size: 12px;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    p {
      white-space: pre-line;
    }
    .foot {
      display: flex;
      gap: var(--space-2);
      color: var(--state);
      font-variant-numeric: tabular-nums;
    }
    .foot > * {
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .why {
      flex: 1 1 0;
      min-width: 50%;
    }
    /* seen from afar a name has the room of the whole box */
    :host(.far:not(.container)) .head {
      height: 100%;
      border-left-width: 8px;
    }
    :host(.far:not(.container)) strong {
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      font-size: 24px;
      line-height: 1.2;
      white-space: normal;
      overflow-wrap: anywhere;
    }
    :host(.far) svg {
      width: 24px;
      height: 24px;
    }
    @keyframes turn {
      to {
        transform: rotate(1turn);
      }
    }
  `,
})
export class NodeBox {
  readonly node = input.required<NodeBoxView>();
  /** How much of it can be made out. */
  readonly detail = input<Detail>('whole');

  private readonly t = inject(Texts).t;
  protected readonly icon = computed(() => iconOf(this.node().type));
  protected readonly color = computed(() => colorOf(this.node().type));
  protected readonly look = computed(() => {
    const { state } = this.node();
    return state && STATE_LOOKS[state];
  });
  protected readonly about = computed(() =>
    [typeName(this.t, this.node().type), this.node().summary].filter(Boolean).join(' · '),
  );
}
