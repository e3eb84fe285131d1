import { Component, computed, ElementRef, inject, input, output, type Signal } from '@angular/core';
import type { CanvasNode } from './canvas-graph.js';
import { boundsOf, type Area } from './near.js';

/** Most that it takes of the screen, in pixels. */
const SIZE = { width: 100, height: 160 };
/** Free space around the boxes, in pixels of the graph. */
const MARGIN = 100;

/** All boxes small, and which part of them is seen. For the pointer alone: whoever has none walks from box to box. */
@Component({
  selector: 'tn-canvas-map',
  template: `
    <svg [attr.viewBox]="viewBox()" [attr.width]="size().width" [attr.height]="size().height">
      @for (shape of shapes(); track shape.color) {
        <path class="boxes" [attr.d]="shape.path" [style.fill]="shape.color" />
      }
      @if (seen()(); as area) {
        <rect
          class="seen"
          [attr.x]="area.left"
          [attr.y]="area.top"
          [attr.width]="area.right - area.left"
          [attr.height]="area.bottom - area.top"
        />
      }
    </svg>
  `,
  styles: `
    :host {
      position: absolute;
      top: 16px;
      right: 16px;
      border: 1px solid var(--line);
      background: var(--surface-1);
      cursor: move;
      touch-action: none;
    }
    svg {
      display: block;
    }
    .boxes {
      fill: var(--line-strong);
      opacity: 0.6;
    }
    .seen {
      fill: color-mix(in srgb, var(--accent) 12%, transparent);
      stroke: var(--accent);
      stroke-width: 1px;
      vector-effect: non-scaling-stroke;
    }
  `,
  host: { 'aria-hidden': 'true', '(pointerdown)': 'begin($event)', '(pointermove)': 'move($event)' },
})
export class CanvasMap {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  readonly nodes = input.required<readonly CanvasNode[]>();
  /** As a signal, so that what moves draws the map alone. */
  readonly seen = input.required<Signal<Area | undefined>>();
  /** A point of the graph that is to come to the middle. */
  readonly moved = output<{ readonly x: number; readonly y: number }>();

  private readonly whole = computed(() => {
    const { left, top, right, bottom } = boundsOf(this.nodes());
    return {
      ...{ left: left - MARGIN, top: top - MARGIN },
      ...{ width: right - left + 2 * MARGIN, height: bottom - top + 2 * MARGIN },
    };
  });
  protected readonly viewBox = computed(() => {
    const { left, top, width, height } = this.whole();
    return `${left} ${top} ${width} ${height}`;
  });
  protected readonly size = computed(() => {
    const { width, height } = this.whole();
    const scale = Math.min(SIZE.width / width, SIZE.height / height);
    return { width: width * scale, height: height * scale };
  });
  /** Boxes of one colour as one path: a thousand elements would take as long to draw as the graph. */
  protected readonly shapes = computed(() => {
    const paths = new Map<string, string>();
    for (const { x, y, width, height, color = '' } of this.nodes())
      paths.set(color, `${paths.get(color) ?? ''}M${x} ${y}h${width}v${height}h${-width}z`);
    return [...paths].map(([color, path]) => ({ color, path }));
  });

  protected begin(event: PointerEvent): void {
    this.host.setPointerCapture(event.pointerId);
    this.move(event);
  }

  protected move(event: PointerEvent): void {
    if (event.buttons === 0) return;
    const { left, top, width, height } = this.whole();
    const frame = this.host.getBoundingClientRect();
    this.moved.emit({
      x: left + ((event.clientX - frame.left) / frame.width) * width,
      y: top + ((event.clientY - frame.top) / frame.height) * height,
    });
  }
}
