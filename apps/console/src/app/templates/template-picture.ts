import { Component, computed, inject, input } from '@angular/core';
import { hasGraph, type Definition } from '@tenon/dsl';
import { canvasOf } from '../graph/canvas-of.js';
import { graphWords } from '../graph/type-name.js';
import { Texts } from '../language/texts.js';

/** Free space around the boxes, in pixels of the graph. */
const MARGIN = 40;

/** The graph of an app in small: boxes in the colours of their kinds, and lines. Decoration; nothing of it is read. */
@Component({
  selector: 'tn-template-picture',
  host: { 'aria-hidden': 'true' },
  template: `
    <svg [attr.viewBox]="drawn().box" preserveAspectRatio="xMidYMid meet">
      @for (line of drawn().lines; track line.id) {
        <path [attr.d]="line.path" />
      }
      @for (node of drawn().nodes; track node.id) {
        <rect
          rx="20"
          [attr.x]="node.x"
          [attr.y]="node.y"
          [attr.width]="node.width"
          [attr.height]="node.height"
          [style.fill]="node.color"
        />
      }
    </svg>
  `,
  styles: `
    :host {
      display: block;
      height: 96px;
      border-radius: var(--radius-card);
      background: var(--canvas);
    }
    svg {
      width: 100%;
      height: 100%;
    }
    path {
      fill: none;
      stroke: var(--line-strong);
      stroke-width: 8;
    }
  `,
})
export class TemplatePicture {
  readonly definition = input.required<Definition>();

  private readonly words = graphWords(inject(Texts).t);
  protected readonly drawn = computed(() => {
    const definition = this.definition();
    const { nodes, edges } = hasGraph(definition) ? canvasOf(definition, this.words) : { nodes: [], edges: [] };
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const lines = edges.flatMap(({ id, source, target }) => {
      const [from, to] = [byId.get(source), byId.get(target)];
      if (!from || !to) return [];
      const [x, y, toX, toY] = [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];
      const middle = (x + toX) / 2;
      return [{ id, path: `M${x} ${y}C${middle} ${y} ${middle} ${toY} ${toX} ${toY}` }];
    });
    return { nodes, lines, box: boxAround(nodes) };
  });
}

function boxAround(nodes: readonly { x: number; y: number; width: number; height: number }[]): string {
  const left = Math.min(...nodes.map(({ x }) => x)) - MARGIN;
  const top = Math.min(...nodes.map(({ y }) => y)) - MARGIN;
  const right = Math.max(...nodes.map(({ x, width }) => x + width)) + MARGIN;
  const bottom = Math.max(...nodes.map(({ y, height }) => y + height)) + MARGIN;
  return nodes.length > 0 ? `${left} ${top} ${right - left} ${bottom - top}` : '0 0 1 1';
}
